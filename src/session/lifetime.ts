import type { Identity } from '../identity/identity.ts';
import type { Session } from './session.ts';

/** True while a session signs somebody in: not revoked, not over, and its person not locked out. */
export function usable(session: Session, identity: Pick<Identity, 'state'>, now: number): boolean {
  return session.active && session.expiresAt > now && identity.state === 'active';
}

/** True when so little is left that it may be extended; always where the configuration does not say how little. */
export function extendable(
  { expiresAt }: Session,
  settings: { readonly earliestExtend: number },
  now: number,
): boolean {
  return expiresAt - settings.earliestExtend < now;
}

/** True while the person proved themselves so lately that they may change what is protected; 0 or less: always. */
export function privileged({ authenticatedAt }: Session, maxAge: number, now: number): boolean {
  return maxAge <= 0 || authenticatedAt + maxAge > now;
}
