import type { Knex } from 'knex';
import type { Connection } from 'mysql2';
import { createTransactionScope, plain, type Database, type Executor, type Watch } from '../connection.ts';
import type { DatabaseParts } from '../database-source.ts';
import { createBackoff } from '../retry-backoff.ts';
import { unavailable, type Unavailable } from '../unavailable.ts';
import { dialectOf } from './dialect.ts';
import { mysqlFault } from './errors.ts';
import { executorBy, send } from './mysql-connection.ts';
import { prepareSession } from './mysql-config.ts';
import { createProbe } from './mysql-probe.ts';
import { mysqlCode } from './mysql-unavailable.ts';

/** A whole transaction is tried so often, with growing pauses, and for no longer than `total` ms (reliability R-40). */
const RETRIES = { tries: 10, first: 2, longest: 50, total: 2_000 } as const;

export interface MysqlParts extends DatabaseParts {
  readonly sql: Knex;
  readonly unavailable: Unavailable;
}

/** Knex types the pool of its client as `any`. */
interface Pool {
  acquireConnection(): Promise<Connection>;
  releaseConnection(connection: Connection): Promise<void>;
  acquireRawConnection(): Promise<Connection>;
}

/** MySQL, MariaDB and servers with their protocol; uses nothing that the distributed ones lack. */
export async function createMysqlDatabase(parts: MysqlParts): Promise<Database> {
  const { sql, log, watch } = parts;
  const pool: Pool = sql.client;
  const probe = createProbe(parts, async () => await prepareSession(await pool.acquireRawConnection()));
  const plainly = executorBy(sql, async (statement) =>
    retrying(parts, async () =>
      withConnection(pool, async (connection) => {
        await watch?.({ what: 'statement', statement });
        return await send(connection, statement);
      }),
    ),
  );
  const dialect = dialectOf(await lookAtServer(plainly, log));

  return {
    outside: { ...plainly, dialect },
    transaction: async (work) =>
      await retrying(parts, async () =>
        withConnection(pool, async (connection) => await transaction({ sql, connection, watch }, work)),
      ),
    probe: async (check) => await probe.run(check),
    async close() {
      await probe.close();
      await sql.destroy();
    },
  };
}

interface TransactionParts {
  readonly sql: Knex;
  readonly connection: Connection;
  readonly watch: Watch | undefined;
}

async function transaction<T>(
  { sql, connection, watch }: TransactionParts,
  work: (inside: Executor) => Promise<T>,
): Promise<T> {
  await watch?.({ what: 'begin', statement: undefined });
  await send(connection, plain('START TRANSACTION'));
  const scope = createTransactionScope();
  const inside = executorBy(sql, async (statement) => {
    await watch?.({ what: 'statement', statement });
    scope.assertOpen();
    return await send(connection, statement);
  });
  let result: T;
  try {
    result = await work(inside);
    scope.end();
    await watch?.({ what: 'commit', statement: undefined });
  } catch (error) {
    scope.end();
    // A lock wait that was too long undoes its statement only, so the rest is undone here, on every error.
    await send(connection, plain('ROLLBACK')).catch(() => {
      connection.destroy();
    });
    await watch?.({ what: 'rollback', statement: undefined });
    throw error;
  }
  await commit(connection);
  await watch?.({ what: 'committed', statement: undefined });
  return result;
}

/**
 * A connection that is lost during a commit leaves the outcome unknown: the work is not run again (reliability R-41).
 */
async function commit(connection: Connection): Promise<void> {
  try {
    await send(connection, plain('COMMIT'));
  } catch (error) {
    if (mysqlFault(error) === 'retry') throw error; // Galera's certification failed: the server has rolled back
    connection.destroy();
    const code = mysqlCode(error);
    throw unavailable(error, `The database was lost during a commit (${code}); whether it happened is not known.`);
  }
}

async function withConnection<T>(pool: Pool, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await pool.acquireConnection();
  try {
    return await work(connection);
  } catch (error) {
    // The pool sees that the connection is destroyed and makes another.
    if (mysqlFault(error) === 'lost') connection.destroy();
    throw error;
  } finally {
    await pool.releaseConnection(connection);
  }
}

async function retrying<T>(
  { random, unavailable: away }: Pick<MysqlParts, 'random' | 'unavailable'>,
  work: () => Promise<T>,
): Promise<T> {
  const backOff = createBackoff(random, RETRIES);
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const fault = mysqlFault(error);
      if (fault === undefined || fault === 'taken' || fault === 'orphan') throw error;
      if (fault === 'unavailable' || !(await backOff())) throw away(error);
    }
  }
}

interface ServerSettings {
  readonly flush: number;
  readonly sync: number;
  readonly binlog: number;
  readonly version: string;
}

/** The version of the server, as it says it; warns where a commit does not wait for the disk. */
async function lookAtServer(outside: Executor, log: DatabaseParts['log']): Promise<string> {
  const found = await outside.first<ServerSettings>(
    plain(
      'SELECT @@global.innodb_flush_log_at_trx_commit AS flush, @@global.sync_binlog AS sync, @@global.log_bin AS binlog, VERSION() AS version',
    ),
  );
  if (found?.flush !== 1) {
    log.warn('innodb_flush_log_at_trx_commit is not 1: committed data may be lost when the machine fails.');
  }
  if (found?.binlog === 1 && found.sync !== 1) {
    log.warn('sync_binlog is not 1: replicas may lack committed data when the machine fails.');
  }
  return found?.version ?? '';
}
