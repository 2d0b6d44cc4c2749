import { must, SallyportError } from '../../kernel/error.ts';
import type { Draft } from '../../kernel/draft.ts';
import type { SessionId, TokenHash } from '../../kernel/id.ts';
import { aalOf } from '../../session/aal.ts';
import type { AuthenticationMethod, Session } from '../../session/session.ts';
import type { Issued } from '../contract.ts';
import type { WrittenValues } from '../values.ts';
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
 * The session of a login or registration: a new one, or for the same person confirming themselves the known one under a
 * new token. `stale`: the account changed since it was read.
 */
export async function issueSession(
  { parts, request, prepared, unit }: WriteContext,
  written: WrittenValues,
  draft: Draft,
): Promise<Issued | 'stale'> {
  const { requester, row } = request;
  const identity = must(written.identity, 'The identity that signs in');
  const now = parts.clock.now();
  const proof: AuthenticationMethod = must(prepared.writes?.proof, 'How the person proved themselves');
  const known = requester.session;
  const token = `ory_st_${parts.random.token(32)}`;
  const hash = parts.sealing.hashToken(token) as TokenHash; // made by the one function that makes them

  if (row.refresh && known !== undefined && known.identity.id === identity.id) {
    const methods = [...known.session.methods, proof];
    const session: Session = { ...known.session, authenticatedAt: now, methods, aal: aalOf(methods) };
    const rotated = requester.byCookie ? hash : undefined;
    if ((await unit.sessions.update(session, rotated)) === 'stale') return 'stale';
    return { token: rotated === undefined ? '' : token, session, renewed: true };
  }

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
  if (known !== undefined) await unit.sessions.revoke(known.session.id as SessionId);
  return { token, session, renewed: false };
}
