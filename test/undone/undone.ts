import { appendFileSync } from 'node:fs';
import process from 'node:process';
import { SallyportError } from '../../src/kernel/error.ts';
import type { Store, Unit } from '../../src/store/store.ts';

/** Every transaction runs its work, is undone, and runs it again, as after a deadlock. */
export const testsUndone = (): boolean => process.env['SALLYPORT_TEST_STORE'] === 'undone';

/**
 * A store that may run the work of a transaction again, as its contract says, and always does. What the first try wrote is
 * gone when the second begins; whatever the first left anywhere else must make no difference.
 */
export function undone(store: Store): Store {
  return {
    ...store,
    transaction: async (work) =>
      await store.transaction(async (unit) => {
        let tries = 0;
        let wrote = 0;
        const attempt = async (given: Unit) => {
          tries += 1;
          return await work(given);
        };
        const first = watched(unit, store, () => (wrote += 1));
        await unit.tentatively(
          () => attempt(first).catch(passOver),
          () => true,
        );
        try {
          return await attempt(unit);
        } finally {
          tally(tries, wrote);
        }
      }),
  };
}

/**
 * A first try that refuses is run again, too: the database might have ended it a statement earlier. Where the database did,
 * its transaction is gone, and the store below begins it anew.
 */
function passOver(error: unknown): void {
  if (!(error instanceof SallyportError)) throw error;
}

/** Tells of each write, which is what a unit can do and a store without a transaction cannot. */
function watched(unit: Unit, store: Store, wrote: () => void): Unit {
  return {
    identities: telling(unit.identities, store.identities, wrote),
    sessions: telling(unit.sessions, store.sessions, wrote),
    flows: telling(unit.flows, store.flows, wrote),
    secrets: telling(unit.secrets, store.secrets, wrote),
    vault: telling(unit.vault, store.vault, wrote),
    outbox: telling(unit.outbox, store.outbox, wrote),
    limits: telling(unit.limits, store.limits, wrote),
    async setNote(...given) {
      await unit.setNote(...given);
      wrote();
    },
    tentatively: unit.tentatively,
    afterCommit: unit.afterCommit,
  };
}

/** What a write answers that found nothing to write. */
const NOTHING: ReadonlySet<unknown> = new Set([false, 0, 'stale']);

function telling<T extends object>(writes: T, reads: object, wrote: () => void): T {
  return new Proxy(writes, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (name in reads || typeof method !== 'function') return method;
      return async (...given: readonly unknown[]) => {
        const answer: unknown = await Reflect.apply(method, target, given);
        if (!NOTHING.has(answer)) wrote();
        return answer;
      };
    },
  });
}

/** One line a transaction, written at once: a process that is killed loses none. */
function tally(tries: number, wrote: number): void {
  const file = process.env['SALLYPORT_TEST_TALLY'];
  if (file !== undefined) appendFileSync(file, `${tries} ${wrote}\n`);
}
