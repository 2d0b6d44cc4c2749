import { must, SallyportError } from '../../kernel/error.ts';
import type { Identity } from '../../identity/identity.ts';
import type { Draft } from '../../kernel/draft.ts';
import type { SessionId, TokenHash } from '../../kernel/id.ts';
import { aalOf } from '../../session/aal.ts';
import type { AuthenticationMethod, Session } from '../../session/session.ts';
import type { Issued } from '../contract.ts';
import type { PreparedValues, WrittenValues } from '../values.ts';
import { done, stale, type StoreStepRun, type WriteContext } from './write-context.ts';

/** Issues the session of the flow, and stores the password's new hash where its parameters have changed. */
export const storeSession: StoreStepRun = async (context, at, written) => {
  const issued = await issueSession(context, written, must(at.context.draft ?? undefined, 'The draft'));
  if (issued === 'stale') return stale(written);
  return storeRehash(context, at, { ...written, issued });
};

/** Stores the same password under today's parameters. */
export const storeRehash: StoreStepRun = async ({ prepared, unit }, _at, written) => {
  const { rehash } = prepared.writes ?? {};
  if (rehash !== undefined && written.identity !== undefined)
    await unit.identities.rehash(written.identity.id, rehash.credential, rehash.config);
  return done(written);
};

/** Ends the session of a logout. */
export const revokeSession: StoreStepRun = async ({ request: { row }, unit }, _at, written) => {
  const ended = row.sessionId !== undefined && (await unit.sessions.revoke(row.sessionId));
  // Another request was faster: nothing is done twice, and this one is answered like one that came after it.
  if (!ended) throw new SallyportError(row.type === 'api' ? 'forbidden' : 'unauthorized', 'The session has ended.');
  return done(written);
};

/**
 * The session of a login or registration: a new one; or the known one under a new token, for a person who proves themselves
 * again or adds a second factor. `stale`: the account changed since it was read.
 */
export async function issueSession(
  context: WriteContext,
  written: WrittenValues,
  draft: Draft,
): Promise<Issued | 'stale'> {
  const { requester, row } = context.request;
  const identity = must(written.identity, 'The identity that signs in');
  const known = requester.session;
  const own = known?.identity.id === identity.id ? known.session : undefined;
  if (row.requestedAal === 'aal2')
    return renewSession(context, own ?? noSession(), { issuedAt: context.parts.clock.now() });
  if (row.refresh && own !== undefined) return renewSession(context, own);
  return startSession(context, identity, draft);
}

/** A second factor alone signs nobody in. */
function noSession(): never {
  throw new SallyportError('session_aal1_required', 'A second factor needs an active session: please sign in first.');
}

/** Adds the proof to a session. `issuedAt`: the session begins anew, as after a second factor. */
async function renewSession(
  { parts, request: { requester }, prepared, unit }: WriteContext,
  known: Session,
  { issuedAt }: { readonly issuedAt?: number } = {},
): Promise<Issued | 'stale'> {
  const { token, hash } = newToken(parts);
  const methods = [...known.methods, proofOf(prepared)];
  const session: Session = {
    ...known,
    ...(issuedAt !== undefined && { issuedAt, expiresAt: issuedAt + parts.config.session.lifespan }),
    authenticatedAt: parts.clock.now(),
    methods,
    aal: aalOf(methods),
  };
  const rotated = requester.byCookie ? hash : undefined;
  if ((await unit.sessions.update(session, rotated)) === 'stale') return 'stale';
  return { token: rotated === undefined ? '' : token, session, renewed: true };
}

async function startSession(
  { parts, request: { requester, row }, prepared, unit }: WriteContext,
  identity: Identity,
  draft: Draft,
): Promise<Issued | 'stale'> {
  const { token, hash } = newToken(parts);
  const now = parts.clock.now();
  const proof = proofOf(prepared);
  const session: Session = {
    id: must(draft.session?.id, 'The session id of the draft'),
    identityId: identity.id,
    active: true,
    issuedAt: now,
    authenticatedAt: now,
    expiresAt: now + parts.config.session.lifespan,
    aal: aalOf([proof]),
    methods: [proof],
    devices: [{ id: parts.random.uuid(), ipAddress: requester.ip, userAgent: requester.userAgent, location: '' }],
  };
  if ((await unit.sessions.insert(session, hash, identity, row.id)) === 'stale') return 'stale';
  if (requester.session !== undefined) await unit.sessions.revoke(requester.session.session.id as SessionId);
  return { token, session, renewed: false };
}

function newToken({ random, sealing }: WriteContext['parts']): { readonly token: string; readonly hash: TokenHash } {
  const token = `ory_st_${random.token(32)}`;
  return { token, hash: sealing.hashToken(token) as TokenHash }; // made by the one function that makes them
}

const proofOf = ({ writes }: PreparedValues): AuthenticationMethod =>
  must(writes?.proof, 'How the person proved themselves');
