import type { DatabaseSync } from 'node:sqlite';
import type { Random } from '../../../kernel/random.ts';
import { createBackoff } from '../retry-backoff.ts';
import type { Unavailable } from '../unavailable.ts';
import { createWriteQueue } from '../write-queue.ts';
import { sqliteFault } from './errors.ts';
import { BUSY_LIMIT } from './open-sqlite.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { runGroup, type Member, type Shared } from './write-group.ts';

/** A request waits so many milliseconds for the writes before it. */
const LONGEST_WAIT = 5_000;
/** So many writes share a commit at most: the first of them waits for the last. */
const MOST_TOGETHER = 32;

/** Who may use the file now: one write at a time in this process, and no other process that holds the lock. */
export interface SqliteAccess {
  /** Runs a write alone, in its turn. Throws `unavailable` after `limit` milliseconds, or when the file is damaged. */
  write<T>(work: () => Promise<T>, limit?: number): Promise<T>;
  /** Runs a write in its turn, in one commit with those that wait beside it. Throws as `write`. */
  share<T>(shared: Shared<T>): Promise<T>;
  read<T>(work: () => T): Promise<T>;
  /** Runs the last task, after every write that is waiting. */
  close(work: () => Promise<void>): Promise<void>;
}

export interface AccessParts {
  readonly writer: DatabaseSync;
  readonly writing: SqliteConnection;
  readonly random: Random;
  /** True when reads and writes share a connection: then a read waits for its turn and sees no open transaction. */
  readonly shared: boolean;
  readonly unavailable: Unavailable;
  /** Called once, when the file turns out to be damaged. */
  readonly damaged: (error: unknown) => void;
}

export function createAccess({ writer, writing, random, shared, unavailable, damaged }: AccessParts): SqliteAccess {
  const queue = createWriteQueue<Member>({
    longest: LONGEST_WAIT,
    most: MOST_TOGETHER,
    together: async (members) => {
      if (damage === undefined) await runGroup({ writer, writing, whileLocked, answerFor }, members);
      else for (const member of members) member.failed(unavailable(damage));
    },
  });
  let damage: unknown;

  return {
    write: async (work, limit) =>
      await queue.run(async () => {
        if (damage !== undefined) throw unavailable(damage);
        return await whileLocked(work);
      }, limit),

    share: async <T>(one: Shared<T>) =>
      await new Promise<T>((resolve, reject) => {
        queue.join(memberOf(one, resolve, reject), reject);
      }),

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

function memberOf<T>(one: Shared<T>, resolve: (result: T) => void, reject: (error: unknown) => void): Member {
  let result: { readonly value: T } | undefined;
  let together = false;
  return {
    relaxed: one.relaxed,
    async alone() {
      together = false;
      result = { value: await one.alone() };
    },
    async within() {
      together = true;
      result = { value: await one.within() };
    },
    async done() {
      try {
        if (together) await one.committed?.();
        if (result !== undefined) resolve(result.value);
      } catch (error) {
        reject(error);
      }
    },
    failed: reject,
  };
}
