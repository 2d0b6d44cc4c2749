import { createHash } from 'node:crypto';

import type { Clock } from '../kernel/clock.ts';
import type { LimitKey, LimitStore, LimitWrites } from './limit.ts';

/** The tries that each budget allows in `per` milliseconds; `limits` of the configuration. */
export type BudgetSettings = Readonly<Record<LimitKey['budget'], { readonly tries: number; readonly per: number }>>;

/** `retryAfter` is in seconds. */
export type Taken = { readonly ok: true } | { readonly ok: false; readonly retryAfter: number };

export interface Limits {
  /** Counts a try against each key in turn, and stops at the first one that has no try left. */
  take(keys: readonly LimitKey[]): Promise<Taken>;
  /**
   * Takes a try of each of `keys` in one commit, if they and those that are only `read` all have one left. False: nothing was
   * taken, and `take` tells which of them refuses.
   */
  takeTogether(keys: readonly LimitKey[], read: readonly LimitKey[]): Promise<boolean>;
  /** Whether a key has no try left; counts nothing. */
  left(key: LimitKey): Promise<Taken>;
  /** Counts what has happened, whether there was a try left or not. */
  add(key: LimitKey): Promise<void>;
  /** Takes a counted try back: what it was counted for did not happen. */
  giveBack(key: LimitKey): Promise<void>;
  /** Clears the failed tries of the keys, in the transaction of the try that succeeded. */
  forgive(keys: readonly LimitKey[], writes: LimitWrites): Promise<void>;
}

const SECOND = 1_000;
const LONGEST_DELAY = 15 * 60 * SECOND;
/** Budgets whose failed tries are cleared by a success. */
const GUESSES: ReadonlySet<LimitKey['budget']> = new Set([
  'passwordFailures',
  'deviceFailures',
  'strangerFailures',
  'factorFailures',
  'deviceFactorFailures',
]);
/** Budgets that let one try through now and then once they are used up. */
const GATED: ReadonlySet<LimitKey['budget']> = new Set(['passwordFailures', 'deviceFailures']);

/** Budgets of rows, which may be counted a little late; what guards a secret is counted at once, before it is compared. */
const COUNTED_IN_MEMORY: ReadonlySet<LimitKey['budget']> = new Set(['flows']);

/**
 * Rate limits on guesses, mails and new rows, by identifier or network (security BF-1, BF-2). `reached` is called once for
 * each window in which a key has no try left.
 */
export function createLimits(
  { store, counts }: { readonly store: LimitStore; readonly counts: Pick<LimitStore, 'count' | 'read'> },
  settings: BudgetSettings,
  clock: Clock,
  reached: (key: LimitKey) => void,
): Limits {
  const rowsOf = ({ budget }: LimitKey): typeof counts => (COUNTED_IN_MEMORY.has(budget) ? counts : store);
  return {
    async take(keys) {
      for (const key of keys) {
        const answer = await takeOne(key);
        if (!answer.ok) return answer;
      }
      return { ok: true };
    },
    takeTogether: (keys, read) => takeTogether(store, settings, clock.now(), { keys, read }),
    async left(key) {
      const now = clock.now();
      const { count, endsAt } = await rowsOf(key).read(hashOf(key), now);
      return count < settings[key.budget].tries ? { ok: true } : refused(endsAt - now);
    },
    async add(key) {
      const { tries, per } = settings[key.budget];
      const { count } = await rowsOf(key).count(hashOf(key), per, clock.now());
      if (count === tries) reached(key);
    },
    giveBack: (key) => store.uncount(hashOf(key), clock.now()),
    async forgive(keys, writes) {
      const hashes = new Set(keys.filter(({ budget }) => GUESSES.has(budget)).map((key) => hashOf(key)));
      if (hashes.size > 0) await writes.clear([...hashes]);
    },
  };

  async function takeOne(key: LimitKey): Promise<Taken> {
    const { tries, per } = settings[key.budget];
    const now = clock.now();
    const { count, endsAt } = await rowsOf(key).count(hashOf(key), per, now);
    if (count <= tries) return { ok: true };
    if (count === tries + 1) reached(key);
    if (!GATED.has(key.budget)) return refused(endsAt - now);
    return gate(key, count - tries, endsAt, now);
  }

  /**
   * Past the budget, lets one try through after 1 s, 2 s, 4 s … 15 min. The first try past the budget closes the gate
   * and is refused, so of a hundred simultaneous tries no more than the budget pass. The gate's key holds the end of
   * the window: clearing the window starts a new gate.
   */
  async function gate(key: LimitKey, over: number, endsAt: number, now: number): Promise<Taken> {
    const delay = Math.min(SECOND * 2 ** Math.min(over - 1, 20), LONGEST_DELAY);
    const shut = await store.count(hashOf(key, `gate ${endsAt}`), delay, now);
    if (shut.count > 1) return refused(shut.endsAt - now);
    const passed = await store.count(hashOf(key, `passed ${endsAt}`), settings[key.budget].per, now);
    return passed.count > 1 ? { ok: true } : refused(shut.endsAt - now);
  }
}

async function takeTogether(
  store: LimitStore,
  settings: BudgetSettings,
  now: number,
  { keys, read }: { readonly keys: readonly LimitKey[]; readonly read: readonly LimitKey[] },
): Promise<boolean> {
  const all = [...keys, ...read];
  if (all.length < 2) return false;
  const before = await store.readAll(
    all.map((key) => hashOf(key)),
    now,
  );
  if (!all.every(({ budget }, i) => (before[i]?.count ?? 0) < settings[budget].tries)) return false;
  const windows = keys.map((key) => ({ keyHash: hashOf(key), windowMs: settings[key.budget].per }));
  const after = await store.countAll(windows, now);
  if (keys.every(({ budget }, i) => (after[i]?.count ?? 0) <= settings[budget].tries)) return true;
  // Others came in between. The same tries are counted one by one now, so that the one that is refused costs no more.
  for (const { keyHash } of windows) await store.uncount(keyHash, now);
  return false;
}

function refused(milliseconds: number): Taken {
  return { ok: false, retryAfter: Math.max(1, Math.ceil(milliseconds / SECOND)) };
}

/** The key as it is stored: a hash, so that the table does not show whose tries it counts. */
function hashOf({ budget, subject }: LimitKey, part = ''): string {
  return createHash('sha256').update(`${budget}\0${subject}\0${part}`).digest('hex');
}
