import type { Draft } from '../../kernel/draft.ts';
import { must } from '../../kernel/error.ts';
import type { SessionId, TokenHash } from '../../kernel/id.ts';
import type { AuthenticationMethod, Session } from '../../session/session.ts';
import { aalOf } from '../../session/aal.ts';
import type { Unit } from '../../store/store.ts';
import type { Runner } from '../parts.ts';
import type { Submission } from '../run/submission.ts';

/**
 * The session of a login or registration: a new one, or for the same person confirming themselves the known one under a
 * new token. True when the identity changed since it was read.
 */
export async function issueSession(runner: Runner, request: Submission, draft: Draft, unit: Unit): Promise<boolean> {
  const { requester, row } = request;
  const identity = must(request.identity, 'The identity that signs in');
  const now = runner.clock.now();
  const proof: AuthenticationMethod = request.sealed?.proof ?? { method: 'password', aal: 'aal1', completedAt: now };
  const known = requester.session;
  const token = `ory_st_${runner.random.token(32)}`;
  const hash = runner.sealing.hashToken(token) as TokenHash; // made by the one function that makes them

  if (row.refresh && known !== undefined && known.identity.id === identity.id) {
    const methods = [...known.session.methods, proof];
    const session: Session = { ...known.session, authenticatedAt: now, methods, aal: aalOf(methods) };
    const rotated = requester.byCookie ? hash : undefined;
    if ((await unit.sessions.update(session, rotated)) === 'stale') return true;
    request.issued = { token: rotated === undefined ? '' : token, session, renewed: true };
    return false;
  }

  const session: Session = {
    id: must(draft.session?.id, 'The session id of the draft'),
    identityId: identity.id,
    active: true,
    issuedAt: now,
    authenticatedAt: now,
    expiresAt: now + runner.config.session.lifespan,
    aal: aalOf([proof]),
    methods: [proof],
    devices: [{ id: runner.random.uuid(), ipAddress: requester.ip, userAgent: requester.userAgent, location: '' }],
  };
  if ((await unit.sessions.insert(session, hash, identity, row.id)) === 'stale') return true;
  if (known !== undefined) await unit.sessions.revoke(known.session.id as SessionId);
  request.issued = { token, session, renewed: false };
  return false;
}
