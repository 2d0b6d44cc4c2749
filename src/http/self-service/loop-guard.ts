import type { Context } from 'koa';
import type { Clock } from '../../kernel/clock.ts';
import { SallyportError } from '../../kernel/error.ts';
import { keepNewest } from '../../kernel/keep-newest.ts';
import { PAGES } from './pages-path.ts';

/**
 * A page whose flow cannot be shown opens another one. The new address carries the time of that, so that a second failure
 * right behind it, as in a browser that keeps no cookie, is told and not tried for ever.
 */
const MARK = 'retried';
/** Milliseconds in which the second failure counts as the same one. */
const SOON = 30_000;

export function markRetry(to: URL, now: number): void {
  to.searchParams.set(MARK, now.toString(36));
}

/** Takes the mark of the request along to a page of this server, whose public URL is `baseUrl`. */
export function carryRetry(ctx: Context, to: string, baseUrl: string): string {
  const mark = ctx.query[MARK];
  if (typeof mark !== 'string' || !to.startsWith(`${baseUrl}${PAGES}/`)) return to;
  const url = new URL(to);
  url.searchParams.set(MARK, mark);
  return url.href;
}

export function isRetry(ctx: Context, now: number): boolean {
  const mark = ctx.query[MARK];
  const since = typeof mark === 'string' ? now - Number.parseInt(mark, 36) : Number.NaN;
  return since >= 0 && since < SOON;
}

/** Counts how often signed-in people are sent back to where they came from. */
export interface LoopGuard {
  /** Throws when a person was sent back many times in a row: the page there does not see that they are signed in. */
  sendBack(session: string): void;
}

/** Turns that no person makes by hand, and the milliseconds they are counted in. */
const MOST_TURNS = 10;
const TURNS_WITHIN = 10_000;
/** Sessions remembered; the oldest is dropped first. */
const MOST_SESSIONS = 1_000;

/** Kept in the memory of this process: several count separately, and each of them ends the loop. */
export function createLoopGuard(clock: Clock): LoopGuard {
  const turns = new Map<string, { readonly since: number; count: number }>();
  return {
    sendBack(session) {
      const now = clock.now();
      const known = turns.get(session);
      const current = known !== undefined && now - known.since < TURNS_WITHIN ? known : { since: now, count: 0 };
      current.count += 1;
      keepNewest(turns, session, current, MOST_SESSIONS);
      if (current.count <= MOST_TURNS) return;
      turns.delete(session);
      throw new SallyportError(
        'session_already_available',
        'You are signed in, but the page you came from does not see it and has sent you back again and again. It may be ' +
          'open under another address than the sign-in, or your browser keeps its cookies from it.',
      );
    },
  };
}
