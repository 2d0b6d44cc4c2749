import type { Identity } from '../identity/identity.ts';
import type { Session } from './session.ts';

/** True when a session is not revoked, not expired at `now`, and its identity is active. */
export function usable(session: Session, identity: Pick<Identity, 'state'>, now: number): boolean {
  return session.active && session.expiresAt > now && identity.state === 'active';
}

/** True when less than `earliestExtend` milliseconds are left, so that the session may be extended. */
export function extendable(
  { expiresAt }: Session,
  settings: { readonly earliestExtend: number },
  now: number,
): boolean {
  return expiresAt - settings.earliestExtend < now;
}

/**
 * True when the last sign-in is at most `maxAge` milliseconds old, so that protected settings may be changed; always
 * when `maxAge` is 0 or less.
 */
export function privileged({ authenticatedAt }: Session, maxAge: number, now: number): boolean {
  return maxAge <= 0 || authenticatedAt + maxAge > now;
}
