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
 * turn, so that no kind waits for another's backlog. A kind that fails is left out of the rest of the pass; its error
 * is thrown at the end.
 */
export function createSweep({
  kinds,
  lease,
  log,
  elapsed = () => performance.now(),
  rest = setTimeout,
}: SweepParts): (pass: SweepPass) => Promise<number> {
  return async ({ now, batch = BATCH, signal }) => {
    const backlog = await backlogOf(kinds, now);
    if (backlog.due.length === 0 || !(await lease.take())) return 0;
    try {
      return await removeAll(backlog, now, batch, signal);
    } finally {
      await lease.release();
    }
  };

  async function removeAll(
    { due, oldest }: Backlog,
    now: number,
    batch: number,
    signal: AbortSignal | undefined,
  ): Promise<number> {
    const removed = new Map<string, number>();
    const errors: unknown[] = [];
    const began = elapsed();
    let checked = began;
    let warned = false;
    for (let left = due; left.length > 0;) {
      const unfinished: ExpiringRows[] = [];
      for (const kind of left) {
        if (signal?.aborted === true) return total(removed);
        const started = elapsed();
        try {
          const done = await kind.remove(now, batch);
          removed.set(kind.table, (removed.get(kind.table) ?? 0) + done.removed);
          // Rows that are due and cannot be removed would be found again for ever.
          if (done.more && done.removed > 0) unfinished.push(kind);
        } catch (error) {
          errors.push(error);
        }
        await rest((elapsed() - started) * REST);
      }
      left = unfinished;
      if (elapsed() - checked < CHECK_EVERY) continue;
      checked = elapsed();
      tell(elapsed() - began);
      if (!(await lease.renew())) return total(removed);
    }
    if (checked > began) log.info('The sweep has removed every expired row.', facts(elapsed() - began));
    if (errors.length > 0) throw errors[0];
    return total(removed);

    function tell(duration: number): void {
      if (duration < BEHIND_AFTER || warned) return log.info('The sweep is removing expired rows.', facts(duration));
      warned = true;
      log.warn('The sweep is behind: rows are kept beyond their time.', facts(duration));
    }

    function facts(duration: number): Readonly<Record<string, unknown>> {
      const seconds = Math.round(duration / 1_000);
      return { seconds, overdueSeconds: Math.round((now - oldest) / 1_000), removed: Object.fromEntries(removed) };
    }
  }
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

const total = (removed: ReadonlyMap<string, number>): number => [...removed.values()].reduce((a, b) => a + b, 0);
