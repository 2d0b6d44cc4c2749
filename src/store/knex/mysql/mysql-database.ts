import type { Knex } from 'knex';
import type { Connection, QueryError } from 'mysql2';
import type { Random } from '../../../kernel/random.ts';
import { isObject } from '../../../kernel/json.ts';
import {
  toPrepared,
  type Database,
  type Executor,
  type PreparedStatement,
  type Statement,
  type Watch,
} from '../connection.ts';
import { faultOf } from '../fault.ts';
import { STATEMENT_TIMEOUT } from './mysql-config.ts';
import { createBackoff } from '../retry-backoff.ts';
import { unavailable } from '../unavailable.ts';

/** A whole transaction is tried so often, with growing pauses, and for no longer than this (reliability R-40). */
const AGAIN = { tries: 10, first: 2, longest: 50, total: 2_000 } as const;

const PROBE_TIMEOUT = 1_000;

export interface MysqlParts {
  readonly sql: Knex;
  readonly random: Random;
  readonly log: { warn(message: string, facts?: Readonly<Record<string, unknown>>): void };
  readonly watch: Watch | undefined;
}

/** MySQL, MariaDB and what speaks their protocol; needs nothing that the distributed ones lack. */
export async function createMysqlDatabase({ sql, random, log, watch }: MysqlParts): Promise<Database> {
  // Knex types its client's pool as anything.
  const pool: {
    acquireConnection(): Promise<Connection>;
    releaseConnection(connection: Connection): Promise<void>;
    acquireRawConnection(): Promise<Connection>;
  } = sql.client;
  let probing: Promise<Connection> | undefined;

  const outside = through(single);
  await warnAboutFlushing();

  return {
    outside,
    transaction: async (work) =>
      await again(async () => await withConnection((connection) => attempt(connection, work))),
    probe,
    close: async () => {
      const probe = await probing?.catch(() => undefined);
      probe?.destroy();
      await sql.destroy();
    },
  };

  function through(go: (statement: PreparedStatement) => Promise<unknown>): Executor {
    return {
      dialect: 'mysql',
      sql,
      rows: async <Row>(statement: Statement) => rowsIn<Row>(await go(toPrepared(statement))),
      first: async <Row>(statement: Statement) => rowsIn<Row>(await go(toPrepared(statement)))[0],
      write: async (statement) => headIn(await go(toPrepared(statement))).affectedRows,
      writeForNumber: async (statement) => headIn(await go(toPrepared(statement))).insertId,
    };
  }

  async function single(statement: PreparedStatement): Promise<unknown> {
    return await again(async () => {
      return await withConnection(async (connection) => {
        await watch?.({ what: 'statement', statement });
        return await run(connection, statement);
      });
    });
  }

  async function attempt<T>(connection: Connection, work: (inside: Executor) => Promise<T>): Promise<T> {
    await watch?.({ what: 'begin', statement: undefined });
    await run(connection, plain('START TRANSACTION'));
    const unit = inside(connection);
    let result: T;
    try {
      result = await work(unit.executor);
      unit.end();
      await watch?.({ what: 'commit', statement: undefined });
    } catch (error) {
      unit.end();
      // A lock wait that was too long undoes its statement only, so the rest is undone here, on every error.
      await run(connection, plain('ROLLBACK')).catch(() => {
        connection.destroy();
      });
      await watch?.({ what: 'rollback', statement: undefined });
      throw error;
    }
    await commit(connection);
    await watch?.({ what: 'committed', statement: undefined });
    return result;
  }

  /** A connection lost here leaves the outcome unknown: it is not tried again (reliability R-41). */
  async function commit(connection: Connection): Promise<void> {
    try {
      await run(connection, plain('COMMIT'));
    } catch (error) {
      if (faultOf(error) === 'again') throw error; // Galera's certification failure: rolled back, says the server
      connection.destroy();
      throw unavailable(error, 'The database was lost during a commit; whether it happened is not known.');
    }
  }

  /** Statements of one transaction; refused once it is over, so that a hook past its time limit cannot write late. */
  function inside(connection: Connection): { readonly executor: Executor; readonly end: () => void } {
    let over = false;
    const go = async (one: PreparedStatement): Promise<unknown> => {
      await watch?.({ what: 'statement', statement: one });
      if (over) throw new Error('The transaction is over.');
      return await run(connection, one);
    };
    return {
      executor: through(go),
      end: () => {
        over = true;
      },
    };
  }

  async function withConnection<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await pool.acquireConnection();
    try {
      return await work(connection);
    } catch (error) {
      // The pool sees that it is destroyed and makes another.
      if (faultOf(error) === 'lost') connection.destroy();
      throw error;
    } finally {
      await pool.releaseConnection(connection);
    }
  }

  async function again<T>(work: () => Promise<T>): Promise<T> {
    const backOff = createBackoff(random, AGAIN);
    for (;;) {
      try {
        return await work();
      } catch (error) {
        const fault = faultOf(error);
        if (fault === undefined || fault === 'taken' || fault === 'orphan') throw error;
        if (fault === 'away' || !(await backOff())) throw unavailable(error);
      }
    }
  }

  /** On a connection of its own, so that a used-up pool does not look like a dead database. */
  async function probe(check: (executor: Executor) => Promise<void>): Promise<void> {
    try {
      probing ??= pool.acquireRawConnection();
      const connection = await probing;
      const [row] = rowsIn<{ readonly closed: number }>(
        await run(connection, plain('SELECT @@global.read_only + @@global.innodb_read_only AS closed'), PROBE_TIMEOUT),
      );
      if (row?.closed !== 0) throw new Error('The server is read-only.');
      await check(through((statement) => run(connection, statement, PROBE_TIMEOUT)));
    } catch (error) {
      const dead = probing;
      probing = undefined;
      dead?.then((connection) => connection.destroy()).catch(() => undefined);
      throw unavailable(error);
    }
  }

  async function warnAboutFlushing(): Promise<void> {
    const found = await outside.first<Readonly<Record<string, number>>>(
      plain(
        'SELECT @@global.innodb_flush_log_at_trx_commit AS flush, @@global.sync_binlog AS sync, @@global.log_bin AS binlog',
      ),
    );
    if (found?.['flush'] !== 1) {
      log.warn('innodb_flush_log_at_trx_commit is not 1: what was acknowledged may be lost when the machine fails.');
    }
    if (found?.['binlog'] === 1 && found['sync'] !== 1) {
      log.warn('sync_binlog is not 1: replicas may lack what was acknowledged when the machine fails.');
    }
  }
}

const plain = (text: string): PreparedStatement => ({ text, values: [] });

function run(
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

function rowsIn<Row>(result: unknown): readonly Row[] {
  return result as readonly Row[]; // a statement that reads answers with rows, and they are what we wrote
}

function headIn(result: unknown): { readonly affectedRows: number; readonly insertId: number } {
  if (!isObject(result)) throw new Error('A statement that writes answered with rows.');
  const { affectedRows, insertId } = result;
  return { affectedRows: Number(affectedRows ?? 0), insertId: Number(insertId ?? 0) };
}
