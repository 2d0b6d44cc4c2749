import type { Knex } from 'knex';
import type { Executor, Statement } from './connection.ts';

/** The first row of a statement as the value it stands for; undefined when there is no row. */
export async function one<Row, Value>(
  executor: Executor,
  statement: Statement,
  valueOf: (row: Row) => Value,
): Promise<Value | undefined> {
  const row = await executor.first<Row>(statement);
  return row === undefined ? undefined : valueOf(row);
}

/** All rows of a statement as the values they stand for. */
export async function many<Row, Value>(
  executor: Executor,
  statement: Statement,
  valueOf: (row: Row) => Value,
): Promise<readonly Value[]> {
  const rows = await executor.rows<Row>(statement);
  return rows.map((row) => valueOf(row));
}

/** How many rows a query matches. Drivers disagree on the type of a count. */
export async function count(executor: Executor, matching: Knex.QueryBuilder): Promise<number> {
  const row = await executor.first<{ readonly total: number | string | bigint }>(
    matching.clone().count({ total: '*' }),
  );
  return Number(row?.total ?? 0);
}

/** The last row of the page before, by which the next page begins. */
export interface Keyset {
  readonly createdAt: number;
  readonly id: string;
}

/**
 * One page of rows, newest first, in the order of their ids within a millisecond. `table` is the alias the columns are
 * read from, where a query joins several.
 */
export function newestFirst(
  rows: Knex.QueryBuilder,
  { after, size }: { readonly after: Keyset | undefined; readonly size: number },
  table = '',
): Knex.QueryBuilder {
  const created = `${table}created_at`;
  const id = `${table}id`;
  // The first comparison alone bounds the index; the second only tells the rows of one millisecond apart.
  const rest =
    after === undefined
      ? rows
      : rows
          .where(created, '<=', after.createdAt)
          .where((either) => void either.where(created, '<', after.createdAt).orWhere(id, '>', after.id));
  return rest.orderBy([{ column: created, order: 'desc' }, { column: id }]).limit(size);
}
