import { must, SallyportError } from '../../kernel/error.ts';
import type { Identity } from '../../identity/identity.ts';
import type { Draft } from '../../kernel/draft.ts';
import type { SessionId, TokenHash } from '../../kernel/id.ts';
import type { Message } from '../../kernel/message.ts';
import { say } from '../../kernel/messages.ts';
import { aalOf } from '../../session/aal.ts';
import { momentOf } from '../../session/lifetime.ts';
import type { AuthenticationMethod, Session } from '../../session/session.ts';
import type { Issued } from '../contract.ts';
import type { WriteParts } from '../parts.ts';
import type { FlowRequest, PreparedValues, WrittenValues } from '../values.ts';
import { countActiveSessions } from './active-sessions.ts';
import { renewAvailableAal } from './available-aal.ts';
import { done, stale, taken, type StoreStepRun, type WriteContext } from './write-context.ts';

/** The account has as many sessions as it may have, and a further sign-in is refused. */
export const FULL: Message = say(4900004);

/** Issues the session of the flow, and stores the password's new hash where its parameters have changed. */
export const storeSession: StoreStepRun = async (context, at, before) => {
  const written = await renewAvailableAal(context, before);
  if (written === 'stale') return stale(before);
  const issued = await issueSession(context, written, must(at.context.draft ?? undefined, 'The draft'));
  if (issued === 'stale') return stale(written);
  if (issued === 'full') return taken(written, [FULL]);
  return storeRehash(context, at, { ...written, issued });
};

/** Stores the same password under today's parameters. */
export const storeRehash: StoreStepRun = async ({ prepared, unit }, _at, written) => {
  const { rehash } = prepared.writes ?? {};
  if (rehash !== undefined && written.identity !== undefined)
    await unit.identities.replaceConfig(written.identity.id, rehash.credential, rehash.config);
  return done(written);
};

/** Ends the session of a logout. */
export const revokeSession: StoreStepRun = async ({ request: { row }, unit }, _at, written) => {
  const ended = row.sessionId !== undefined && (await unit.sessions.revoke(row.sessionId));
  // Another request was faster: nothing is done twice, and this one is answered like one that came after it.
  if (!ended) throw new SallyportError('session_inactive', 'The session has ended.');
  return done(written);
};

/**
 * The session of a login or registration: a new one; or the known one under a new token, for a person who proves themselves
 * again or adds a second factor. `stale`: the account changed since it was read; `full`: it has as many as it may have.
 */
export async function issueSession(
  context: WriteContext,
  written: WrittenValues,
  draft: Draft,
): Promise<Issued | 'stale' | 'full'> {
  const { parts, request, prepared, unit } = context;
  const { requester, row } = request;
  const identity = must(written.identity, 'The identity that signs in');
  const { session, renewed } = plannedSession(parts, request, prepared, identity, draft) ?? noSession();
  if (renewed) return renewSession(context, session);
  const { token, hash } = newToken(parts);
  if (await isFull(context, session)) return 'full';
  if ((await unit.sessions.insert(session, hash, identity, row.id)) === 'stale') return 'stale';
  if (requester.session !== undefined) await unit.sessions.revoke(requester.session.session.id as SessionId);
  await endSurplus(context, session);
  return { token, session, renewed };
}

/** The known session as it is now, under a new token where a cookie carries it (security SE-6). */
async function renewSession(
  { parts, request: { requester }, unit }: WriteContext,
  session: Session,
): Promise<Issued | 'stale'> {
  const { token, hash } = newToken(parts);
  const rotated = requester.byCookie ? hash : undefined;
  if ((await unit.sessions.update(session, rotated)) === 'stale') return 'stale';
  return { token: rotated === undefined ? '' : token, session, renewed: true };
}

/**
 * A change that proves a factor, because it sets one up, counts for the session that makes it (security TO-7). Undefined: it
 * proves none.
 */
export async function proveInSettings(context: WriteContext): Promise<Issued | 'stale' | undefined> {
  const { parts, request, prepared } = context;
  const known = request.requester.session?.session;
  const { proof } = prepared.writes ?? {};
  return known && proof && (await renewSession(context, withProof(known, proof, parts.clock.now())));
}

/** True where one session more is refused. A recovery is the owner's way back, and never is. */
async function isFull({ parts, request, unit }: WriteContext, { identityId }: Session): Promise<boolean> {
  const { maxPerIdentity, whenFull } = parts.config.session;
  if (maxPerIdentity === 0 || whenFull !== 'refuse' || request.row.kind === 'recovery') return false;
  await unit.sessions.lock(identityId);
  const replaced = request.requester.session?.session.id;
  return (await countActiveSessions(unit.sessions, parts, identityId, replaced)) >= maxPerIdentity;
}

/** Ends the oldest sessions beyond the number that an account may have. Whoever inserted a session holds the account's row. */
async function endSurplus({ parts, unit }: WriteContext, { id, identityId }: Session): Promise<void> {
  const { maxPerIdentity: most } = parts.config.session;
  if (most === 0) return;
  const moment = momentOf(parts.config.session, parts.clock.now());
  await unit.sessions.endOldest(identityId, { ...moment, most, keep: id });
}

/** A second factor alone signs nobody in. */
function noSession(): never {
  throw new SallyportError('session_aal1_required', 'A second factor needs an active session: please sign in first.');
}

/**
 * The session as it will be stored, which hooks before the store step see too: a new one, or the known one with the proof
 * added. Undefined for a second factor without a session.
 */
export function plannedSession(
  parts: Pick<WriteParts, 'config' | 'clock' | 'random'>,
  { requester, row }: Pick<FlowRequest, 'requester' | 'row'>,
  prepared: Pick<PreparedValues, 'writes'>,
  identity: Identity,
  draft: Draft,
): { readonly session: Session; readonly renewed: boolean } | undefined {
  const known = requester.session;
  const own = known?.identity.id === identity.id ? known.session : undefined;
  const now = parts.clock.now();
  const proof = must(prepared.writes?.proof, 'How the person proved themselves');
  // A second factor begins the session anew.
  const anew = { issuedAt: now, expiresAt: now + parts.config.session.lifespan };
  if (row.requestedAal === 'aal2') return own && { session: { ...withProof(own, proof, now), ...anew }, renewed: true };
  if (row.refresh && own !== undefined) return { session: withProof(own, proof, now), renewed: true };
  const session: Session = {
    id: must(draft.session?.id, 'The session id of the draft'),
    identityId: identity.id,
    active: true,
    lastSeenAt: undefined,
    authenticatedAt: now,
    ...anew,
    aal: aalOf([proof]),
    methods: [proof],
    devices: [{ id: parts.random.uuid(), ipAddress: requester.ip, userAgent: requester.userAgent, location: '' }],
  };
  return { session, renewed: false };
}

function withProof(known: Session, proof: AuthenticationMethod, now: number): Session {
  const methods = [...known.methods, proof];
  return { ...known, authenticatedAt: now, methods, aal: aalOf(methods) };
}

function newToken({ random, sealing }: WriteContext['parts']): { readonly token: string; readonly hash: TokenHash } {
  const token = `ory_st_${random.token(32)}`;
  return { token, hash: sealing.hashToken(token) as TokenHash }; // made by the one function that makes them
}
