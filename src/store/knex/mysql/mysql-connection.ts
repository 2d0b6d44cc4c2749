import type { Knex } from 'knex';
import type { Connection, QueryError } from 'mysql2';
import { isObject } from '../../../kernel/json.ts';
import { toPrepared, type Executor, type PreparedStatement, type Statement } from '../connection.ts';
import { mysqlDialect } from './dialect.ts';
import { STATEMENT_TIMEOUT } from './mysql-config.ts';

/** Sends a statement and waits for its result, `timeout` milliseconds at most. */
export function send(
  connection: Connection,
  { text, values, hot }: PreparedStatement,
  timeout = STATEMENT_TIMEOUT,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const done = (error: QueryError | null, result: unknown): void => {
      if (error === null) resolve(result);
      else reject(error);
    };
    if (hot) connection.execute({ sql: text, timeout }, [...values], done);
    else connection.query({ sql: text, values: [...values], timeout }, done);
  });
}

/** An executor whose statements are sent by `run`. */
export function executorBy(
  sql: Knex,
  run: (statement: PreparedStatement) => Promise<unknown>,
  dialect = mysqlDialect,
): Executor {
  return {
    dialect,
    sql,
    rows: async <Row>(statement: Statement) => rowsIn<Row>(await run(toPrepared(statement))),
    first: async <Row>(statement: Statement) => rowsIn<Row>(await run(toPrepared(statement)))[0],
    write: async (statement) => headIn(await run(toPrepared(statement))).affectedRows,
    writeForRows: async <Row>(statement: Statement) => rowsIn<Row>(await run(toPrepared(statement))),
    writeForNumber: async (statement) => headIn(await run(toPrepared(statement))).insertId,
  };
}

export function rowsIn<Row>(result: unknown): readonly Row[] {
  return result as readonly Row[]; // a statement that reads answers with rows, which the store wrote
}

function headIn(result: unknown): { readonly affectedRows: number; readonly insertId: number } {
  if (!isObject(result)) throw new Error('A statement that writes answered with rows.');
  const { affectedRows, insertId } = result;
  return { affectedRows: Number(affectedRows ?? 0), insertId: Number(insertId ?? 0) };
}
