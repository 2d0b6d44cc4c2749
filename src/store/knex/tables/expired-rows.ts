import type { Knex } from 'knex';
import type { Queries } from '../connection.ts';
import { BODY_KEPT, ROW_KEPT } from './outbox.ts';

/** Rows that go at a time of their own, by an index that begins with it. */
const OVER: readonly { readonly table: string; readonly key: readonly string[]; readonly at: string }[] = [
  { table: 'sessions', key: ['id'], at: 'expires_at' },
  { table: 'flows', key: ['id'], at: 'expires_at' },
  { table: 'flow_journal', key: ['id'], at: 'keep_until' },
  { table: 'vault', key: ['flow_id', 'kind'], at: 'expires_at' },
  { table: 'error_containers', key: ['id'], at: 'expires_at' },
  { table: 'limits', key: ['key_hash'], at: 'ends_at' },
];

type Key = Readonly<Record<string, string>>;

/** Removes up to `batch` rows of each kind whose time is over, by primary key; how many. Codes go with their flow. */
export async function sweep(queries: Queries, now: number, batch: number): Promise<number> {
  const { sql } = queries;
  let gone = 0;
  for (const { table, key, at } of OVER) {
    // A follow leg that is still owed keeps its flow.
    const ended = (found: Knex.QueryBuilder): Knex.QueryBuilder =>
      (table === 'flows' ? found.whereNull('follow_due') : found).where(at, '<=', now);
    const keys = await queries.rows<Key>(
      ended(sql(table).select([...key]))
        .orderBy(at)
        .limit(batch),
    );
    if (keys.length === 0) continue;
    // Asked again with the time: it may have been extended, or begun anew, since it was found.
    gone += await queries.write(ended(among(sql(table), key, keys)).delete());
  }
  return gone + (await sweepOutbox());

  function among(
    found: Knex.QueryBuilder,
    [name = '', ...more]: readonly string[],
    keys: readonly Key[],
  ): Knex.QueryBuilder {
    if (more.length === 0)
      return found.whereIn(
        name,
        keys.map((each) => each[name] ?? ''),
      );
    const names = [name, ...more];
    return found.whereIn(
      names,
      keys.map((each) => names.map((part) => each[part] ?? '')),
    );
  }

  async function sweepOutbox(): Promise<number> {
    const found = await queries.rows<{ readonly id: string; readonly cleared: number }>(
      sql('outbox')
        .select('id', sql.raw("(body IS NULL OR channel = 'none') AS cleared"))
        .where('clear_at', '<=', now)
        .orderBy('clear_at')
        .limit(batch),
    );
    const ids = (cleared: boolean): readonly string[] =>
      found.filter((each) => (each.cleared === 1) === cleared).map(({ id }) => id);
    const [bodies, over] = [ids(false), ids(true)];
    if (bodies.length > 0) {
      const update = { body: null, data: null, clear_at: sql.raw('clear_at + ?', [ROW_KEPT - BODY_KEPT]) };
      await queries.write(sql('outbox').whereIn('id', bodies).update(update));
    }
    if (over.length > 0) await queries.write(sql('outbox').whereIn('id', over).delete());
    return found.length;
  }
}
