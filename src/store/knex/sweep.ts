import { setTimeout } from 'node:timers/promises';
import type { SweepPass } from '../store.ts';
import type { Lease } from './lease.ts';
import type { ExpiringRows } from './tables/expired-rows.ts';

export interface SweepLog {
  info(message: string, facts?: Readonly<Record<string, unknown>>): void;
  warn(message: string, facts?: Readonly<Record<string, unknown>>): void;
}

export interface SweepParts {
  readonly kinds: readonly ExpiringRows[];
  /** Held during a pass, so that of all replicas one removes. */
  readonly lease: Lease;
  readonly log: SweepLog;
  /** Milliseconds since some moment in the past. */
  readonly elapsed?: () => number;
  readonly rest?: (milliseconds: number) => Promise<unknown>;
}

/** Rows of one batch: few enough that a request waits some milliseconds behind it. */
const BATCH = 200;
/** After a batch the sweep rests for this share of the time that the batch took, so that requests come in between. */
const REST = 1 / 4;
/** How often a long pass makes sure of its lease and tells how far it is, in milliseconds. */
const CHECK_EVERY = 5_000;
/** A pass that takes longer removes rows more slowly than they are due, in milliseconds. */
const BEHIND_AFTER = 30_000;

/**
 * Makes one pass of the sweep: removes all rows of every kind that are due at `now`, in small batches, kind by kind in
 * turn, so that no kind waits for another's backlog. A kind that fails is left out of the rest of the pass; its error is
 * thrown at the end.
 */
export function createSweep({
  kinds,
  lease,
  log,
  elapsed = () => performance.now(),
  rest = setTimeout,
}: SweepParts): (pass: SweepPass) => Promise<number> {
  return async ({ now, batch = BATCH, signal }) => {
    const { due, oldest } = await backlogOf(kinds, now);
    if (due.length === 0 || !(await lease.take())) return 0;
    const errors: unknown[] = [];
    const progress = createProgress({ log, elapsed, overdue: now - oldest });
    try {
      for (let left = due; left.length > 0;) {
        const unfinished: ExpiringRows[] = [];
        for (const kind of left) {
          if (signal?.aborted === true) return outcome();
          if (await removeBatch(kind)) unfinished.push(kind);
        }
        left = unfinished;
        if (progress.tell() && !(await lease.renew())) return outcome();
      }
    } finally {
      await lease.release();
    }
    progress.end();
    return outcome();

    function outcome(): number {
      if (errors.length > 0) throw errors[0];
      return progress.removed();
    }

    /** True when more rows of the kind may be due. */
    async function removeBatch(kind: ExpiringRows): Promise<boolean> {
      const started = elapsed();
      try {
        const { removed, more } = await kind.remove(now, batch);
        progress.add(kind.table, removed);
        // Rows that are due and cannot be removed would be found again for ever.
        return more && removed > 0;
      } catch (error) {
        errors.push(error);
        return false;
      } finally {
        await rest((elapsed() - started) * REST);
      }
    }
  };
}

interface Progress {
  add(table: string, removed: number): void;
  /** The rows removed so far. */
  removed(): number;
  /** Writes how far the pass is, every `CHECK_EVERY` milliseconds. True when it did. */
  tell(): boolean;
  end(): void;
}

function createProgress({
  log,
  elapsed,
  overdue,
}: Required<Pick<SweepParts, 'log' | 'elapsed'>> & { readonly overdue: number }): Progress {
  const removed = new Map<string, number>();
  const began = elapsed();
  let told = began;
  let warned = false;
  const facts = (): Readonly<Record<string, unknown>> => ({
    seconds: Math.round((elapsed() - began) / 1_000),
    overdueSeconds: Math.round(overdue / 1_000),
    removed: Object.fromEntries(removed),
  });
  return {
    add: (table, rows) => void removed.set(table, (removed.get(table) ?? 0) + rows),
    removed: () => [...removed.values()].reduce((sum, rows) => sum + rows, 0),
    tell() {
      if (elapsed() - told < CHECK_EVERY) return false;
      told = elapsed();
      if (warned || told - began < BEHIND_AFTER) log.info('The sweep is removing expired rows.', facts());
      else log.warn('The sweep is behind: rows are kept beyond their time.', facts());
      warned ||= told - began >= BEHIND_AFTER;
      return true;
    },
    end() {
      if (told > began) log.info('The sweep has removed every expired row.', facts());
    },
  };
}

interface Backlog {
  /** Kinds with at least one row that is due. */
  readonly due: readonly ExpiringRows[];
  /** The time of the row that has been due the longest. */
  readonly oldest: number;
}

async function backlogOf(kinds: readonly ExpiringRows[], now: number): Promise<Backlog> {
  const times = await Promise.all(kinds.map((kind) => kind.oldest(now)));
  return {
    due: kinds.filter((_, i) => times[i] !== undefined),
    oldest: Math.min(now, ...times.filter((time) => time !== undefined)),
  };
}
