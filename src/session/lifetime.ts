import type { Identity } from '../identity/identity.ts';
import type { Session, SessionMoment } from './session.ts';

/** How sessions end that nobody ends; in milliseconds. */
interface Ending {
  /** A session that is unused for so long has ended; 0: none ends so. */
  readonly inactivity: number;
}

/** The moment of a request under a configuration. */
export const momentOf = ({ inactivity }: Ending, now: number): SessionMoment => ({
  now,
  usedSince: inactivity > 0 ? now - inactivity : undefined,
});

/** The last proof, or a later use that is written down. */
export const lastUse = ({ authenticatedAt, lastSeenAt }: Session): number => Math.max(authenticatedAt, lastSeenAt ?? 0);

/** True when a session is not revoked, and neither expired nor unused for too long. */
export function live(session: Session, { now, usedSince }: SessionMoment): boolean {
  return session.active && session.expiresAt > now && (usedSince === undefined || lastUse(session) > usedSince);
}

/** True when a session is live, and its identity is active. */
export function usable(session: Session, identity: Pick<Identity, 'state'>, moment: SessionMoment): boolean {
  return live(session, moment) && identity.state === 'active';
}

/** Uses within so many milliseconds are one. */
const USES_APART = 5 * 60_000;

/**
 * The time at or before which the last use must have been written down for this one to be; undefined: none is. Five minutes
 * apart, so that a request costs no write; nearer where a session would end meanwhile.
 */
export function writesUse(session: Session, { inactivity }: Ending, now: number): number | undefined {
  if (inactivity === 0) return undefined;
  const before = now - Math.min(USES_APART, Math.floor(inactivity / 2));
  return lastUse(session) <= before ? before : undefined;
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
