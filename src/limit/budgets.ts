import { createHash } from 'node:crypto';

import type { Clock } from '../kernel/clock.ts';
import type { LimitKey, LimitStore, LimitWrites } from './limit.ts';

/** How many tries, in how many milliseconds; the configuration's `limits` has this shape. */
export type BudgetSettings = Readonly<Record<LimitKey['budget'], { readonly tries: number; readonly per: number }>>;

export type Taken = { readonly ok: true } | { readonly ok: false; readonly retryAfter: number };

export interface Limits {
  /** Counts a try against each key before anything is done for it; seconds to wait when one has none left. */
  take(keys: readonly LimitKey[]): Promise<Taken>;
  /** A try that succeeded, in the transaction that stores so: what failed before it no longer counts. */
  forgive(keys: readonly LimitKey[], writes: LimitWrites): Promise<void>;
}

const SECOND = 1_000;
const LONGEST_DELAY = 15 * 60 * SECOND;
/** Their failures are forgiven, and past their tries one more is let through after ever longer waits. */
const GUESSES: ReadonlySet<LimitKey['budget']> = new Set(['passwordFailures', 'codeFailures']);

/** Budgets for guesses, mails and new rows, per identifier or network (security BF-1, BF-2). */
export function createLimits(store: LimitStore, settings: BudgetSettings, clock: Clock): Limits {
  return {
    async take(keys) {
      for (const key of keys) {
        const answer = await takeOne(key);
        if (!answer.ok) return answer;
      }
      return { ok: true };
    },
    async forgive(keys, writes) {
      for (const key of keys) if (GUESSES.has(key.budget)) await writes.clear(hashOf(key));
    },
  };

  async function takeOne(key: LimitKey): Promise<Taken> {
    const { tries, per } = settings[key.budget];
    const now = clock.now();
    const { count, endsAt } = await store.count(hashOf(key), per, now);
    if (count <= tries) return { ok: true };
    if (key.budget !== 'passwordFailures') return refused(endsAt - now);
    return gate(key, count - tries, endsAt, now);
  }

  /**
   * One try at a time past the budget, after 1 s, 2 s, 4 s … 15 min. Whoever comes first shuts the gate and is refused, so
   * that of a hundred tries at once not one more than the budget passes. The end of the window is in the gate's name:
   * forgiving clears the window, and with it the gate.
   */
  async function gate(key: LimitKey, over: number, endsAt: number, now: number): Promise<Taken> {
    const delay = Math.min(SECOND * 2 ** Math.min(over - 1, 20), LONGEST_DELAY);
    const shut = await store.count(hashOf(key, `gate ${endsAt}`), delay, now);
    if (shut.count > 1) return refused(shut.endsAt - now);
    const passed = await store.count(hashOf(key, `passed ${endsAt}`), settings[key.budget].per, now);
    return passed.count > 1 ? { ok: true } : refused(shut.endsAt - now);
  }
}

function refused(milliseconds: number): Taken {
  return { ok: false, retryAfter: Math.max(1, Math.ceil(milliseconds / SECOND)) };
}

/** Whose tries are counted cannot be read from the table. */
function hashOf({ budget, subject }: LimitKey, part = ''): string {
  return createHash('sha256').update(`${budget}\0${subject}\0${part}`).digest('hex');
}
