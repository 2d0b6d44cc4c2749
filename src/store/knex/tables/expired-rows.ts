import type { Knex } from 'knex';
import type { Executor, PreparedStatement, Statement } from '../connection.ts';
import { toPrepared } from '../connection.ts';
import { OVER, OVER_KEPT } from './flow-rows.ts';
import { BODY_KEPT, ROW_KEPT } from './outbox-rows.ts';

/** Rows of one table that are removed once their time is over. */
export interface ExpiringRows {
  readonly table: string;
  /** The time of the row that has been due the longest, in epoch milliseconds; undefined when none is due. */
  oldest(now: number): Promise<number | undefined>;
  /** Removes up to `batch` rows that are due at `now`, by primary key. */
  remove(now: number, batch: number): Promise<RemovedBatch>;
}

export interface RemovedBatch {
  readonly removed: number;
  /** True when other rows may be due. */
  readonly more: boolean;
}

/** Tables whose rows go as a whole at a time of their own, by an index that begins with that time. */
const TABLES: readonly { readonly table: string; readonly key: readonly string[]; readonly at: string }[] = [
  { table: 'sessions', key: ['id'], at: 'expires_at' },
  { table: 'flow_journal', key: ['id'], at: 'keep_until' },
  { table: 'vault', key: ['flow_id', 'kind'], at: 'expires_at' },
  { table: 'error_containers', key: ['id'], at: 'expires_at' },
  { table: 'limits', key: ['key_hash'], at: 'ends_at' },
];

type Key = Readonly<Record<string, string>>;

/** Every kind of row that has an end. One-time secrets are not among them: they are deleted with their flow. */
export function expiringRows(executor: Executor): readonly ExpiringRows[] {
  return [...TABLES.map((each) => wholeRows(executor, each)), flowRows(executor), outboxRows(executor)];
}

function wholeRows(executor: Executor, { table, key, at }: (typeof TABLES)[number]): ExpiringRows {
  const { sql } = executor;
  const due = (rows: Knex.QueryBuilder, now: number): Knex.QueryBuilder => rows.where(at, '<=', now);
  return {
    table,
    oldest: (now) => oldestOf(executor, due(sql(table), now), at),
    async remove(now, batch) {
      const keys = await executor.rows<Key>(
        due(sql(table).select([...key]), now)
          .orderBy(at)
          .limit(batch),
      );
      if (keys.length === 0) return { removed: 0, more: false };
      // The time is compared once more: a row may have been extended since it was found.
      const removed = await executor.write(relaxed(due(withKeys(sql(table), key, keys), now).delete()));
      return { removed, more: keys.length === batch };
    },
  };
}

/**
 * Flows lose their content first, with their secrets, and are deleted a day after their end: until then whoever comes
 * back is told that the flow has expired. A flow whose follow phase is still owed stays until that has run.
 */
function flowRows(executor: Executor): ExpiringRows {
  const { sql } = executor;
  const due = (now: number): Knex.QueryBuilder => sql('flows').whereNull('follow_due').where('expires_at', '<=', now);
  const clear = async (ids: readonly string[], now: number): Promise<number> => {
    const content = { state: OVER, context: '{}', busy_until: null };
    // The revision moves, so that a submit that has read the flow does not bring it back.
    const moved = { expires_at: sql.raw('expires_at + ?', [OVER_KEPT]), revision: sql.raw('revision + 1') };
    const cleared = await executor.write(
      relaxed(
        due(now)
          .whereIn('id', ids)
          .update({ ...content, ...moved }),
      ),
    );
    for (const table of ['one_time_secrets', 'vault'])
      await executor.write(relaxed(sql(table).whereIn('flow_id', ids).delete()));
    return cleared;
  };
  return {
    table: 'flows',
    oldest: (now) => oldestOf(executor, due(now), 'expires_at'),
    async remove(now, batch) {
      const found = await executor.rows<{ readonly id: string; readonly deleted: number }>(
        due(now)
          .select('id', sql.raw('(state = ? OR expires_at <= ?) AS deleted', [OVER, now - OVER_KEPT]))
          .orderBy('expires_at')
          .limit(batch),
      );
      const ids = (deleted: boolean): readonly string[] =>
        found.filter((each) => (each.deleted === 1) === deleted).map(({ id }) => id);
      const [over, gone] = [ids(false), ids(true)];
      let removed = 0;
      if (over.length > 0) removed += await clear(over, now);
      if (gone.length > 0) removed += await executor.write(relaxed(due(now).whereIn('id', gone).delete()));
      return { removed, more: found.length === batch };
    },
  };
}

/** Messages lose their body first and are deleted later; what stands in for a message is deleted at once. */
function outboxRows(executor: Executor): ExpiringRows {
  const { sql } = executor;
  const due = (now: number): Knex.QueryBuilder => sql('outbox').where('clear_at', '<=', now);
  return {
    table: 'outbox',
    oldest: (now) => oldestOf(executor, due(now), 'clear_at'),
    async remove(now, batch) {
      const found = await executor.rows<{ readonly id: string; readonly deleted: number }>(
        due(now)
          .select('id', sql.raw("(body IS NULL OR channel = 'none') AS deleted"))
          .orderBy('clear_at')
          .limit(batch),
      );
      const ids = (deleted: boolean): readonly string[] =>
        found.filter((each) => (each.deleted === 1) === deleted).map(({ id }) => id);
      const [cleared, deleted] = [ids(false), ids(true)];
      const content = { body: null, data: null, clear_at: sql.raw('clear_at + ?', [ROW_KEPT - BODY_KEPT]) };
      let removed = 0;
      // The time is compared once more, so that a row is not kept for twice as long when two processes find it.
      if (cleared.length > 0) removed += await executor.write(relaxed(due(now).whereIn('id', cleared).update(content)));
      if (deleted.length > 0) removed += await executor.write(relaxed(due(now).whereIn('id', deleted).delete()));
      // A message that has been over for long is due again at once, to be deleted.
      return { removed, more: found.length === batch || cleared.length > 0 };
    },
  };
}

async function oldestOf(executor: Executor, due: Knex.QueryBuilder, at: string): Promise<number | undefined> {
  const row = await executor.first<{ readonly at: number }>(due.select({ at }).orderBy(at).limit(1));
  return row === undefined ? undefined : Number(row.at);
}

function withKeys(rows: Knex.QueryBuilder, names: readonly string[], keys: readonly Key[]): Knex.QueryBuilder {
  const [name = '', ...more] = names;
  const valueOf = (key: Key, part: string): string => key[part] ?? '';
  return more.length === 0
    ? rows.whereIn(
        name,
        keys.map((key) => valueOf(key, name)),
      )
    : rows.whereIn(
        [...names],
        keys.map((key) => names.map((part) => valueOf(key, part))),
      );
}

/** A removal that the machine's end undoes is done again by the next pass, so no batch waits for the disk. */
const relaxed = (statement: Statement): PreparedStatement => ({ ...toPrepared(statement), relaxed: true });
