import type { Random } from '../../../kernel/random.ts';
import { createBackoff } from '../retry-backoff.ts';
import type { Unavailable } from '../unavailable.ts';
import { createWriteQueue } from '../write-queue.ts';
import { sqliteFault } from './errors.ts';
import { BUSY_LIMIT } from './open-sqlite.ts';

/** A request waits so many milliseconds for the writes before it. */
const LONGEST_WAIT = 5_000;

/** Who may use the file now: one write at a time in this process, and no other process that holds the lock. */
export interface SqliteAccess {
  /** Runs a write in its turn. Throws `unavailable` after `limit` milliseconds, or when the file is damaged. */
  write<T>(work: () => Promise<T>, limit?: number): Promise<T>;
  read<T>(work: () => T): Promise<T>;
  /** Runs the last task, after every write that is waiting. */
  close(work: () => Promise<void>): Promise<void>;
}

export interface AccessParts {
  readonly random: Random;
  /** True when reads and writes share a connection: then a read waits for its turn and sees no open transaction. */
  readonly shared: boolean;
  readonly unavailable: Unavailable;
  /** Called once, when the file turns out to be damaged. */
  readonly damaged: (error: unknown) => void;
}

export function createAccess({ random, shared, unavailable, damaged }: AccessParts): SqliteAccess {
  const queue = createWriteQueue(LONGEST_WAIT);
  let damage: unknown;

  return {
    write: async (work, limit) =>
      await queue.run(async () => {
        if (damage !== undefined) throw unavailable(damage);
        return await whileLocked(work);
      }, limit),

    async read(work) {
      const task = async (): Promise<ReturnType<typeof work>> => await Promise.resolve(work());
      if (shared) return await queue.run(async () => await whileLocked(task));
      try {
        return work();
      } catch (error) {
        if (sqliteFault(error) !== 'retry') throw answerFor(error);
      }
      return await whileLocked(task);
    },

    close: async (work) => await queue.run(work, LONGEST_WAIT * 2),
  };

  /** Runs the work again while another process holds the lock; the process is free for other work in between. */
  async function whileLocked<T>(work: () => Promise<T>): Promise<T> {
    const backOff = createBackoff(random, { tries: Infinity, first: 5, longest: 40, total: BUSY_LIMIT });
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (sqliteFault(error) !== 'retry' || !(await backOff())) throw answerFor(error);
      }
    }
  }

  function answerFor(error: unknown): unknown {
    const fault = sqliteFault(error);
    if (fault === 'damaged' && damage === undefined) {
      damage = error;
      damaged(error);
    }
    return fault === 'retry' || fault === 'unavailable' || fault === 'damaged' ? unavailable(error) : error;
  }
}
