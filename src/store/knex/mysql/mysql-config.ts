import type { Knex } from 'knex';
import type { Connection } from 'mysql2';
import type { Dsn } from '../../../config/config.ts';

/** A statement that takes more milliseconds is given up, and its connection with it (reliability R-42). */
export const STATEMENT_TIMEOUT = 5_000;
/** Shorter than the wait for a connection, so that the reason is told: the server does not answer. */
const CONNECT_TIMEOUT = 1_800;
const ACQUIRE_TIMEOUT = 2_000;

/**
 * The first statements of every connection, whatever the server's own settings (reliability R-44): a value that does not fit
 * is an error, times are UTC, text is utf8mb4, what is written is committed at once or with its transaction, a read sees
 * what is committed, keys are checked, a lock is waited for two seconds, an idle connection stays, and no statement is ended
 * but by us. Each of the two servers skips the comment that is for the other.
 */
const SESSION = [
  'SET NAMES utf8mb4',
  "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', " +
    "time_zone = '+00:00', innodb_lock_wait_timeout = 2, autocommit = 1, completion_type = 0, foreign_key_checks = 1, " +
    'unique_checks = 1, sql_safe_updates = 0, sql_select_limit = 18446744073709551615, sql_big_selects = 1, wait_timeout = 28800 ' +
    '/*M!100100 , max_statement_time = 0 */ /*!80000 , max_execution_time = 0 */',
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE',
];

/** How Knex reaches a MySQL or MariaDB server. */
export function mysqlConfig(dsn: Extract<Dsn, { readonly kind: 'mysql' }>): Knex.Config {
  return {
    client: 'mysql2',
    connection: {
      ...(dsn.socket === undefined ? { host: dsn.host, port: dsn.port } : { socketPath: dsn.socket }),
      user: dsn.user,
      password: dsn.password,
      database: dsn.database,
      ...(dsn.tls && { ssl: { rejectUnauthorized: true } }),
      charset: 'utf8mb4',
      timezone: 'Z',
      connectTimeout: CONNECT_TIMEOUT,
      enableKeepAlive: true,
      multipleStatements: false,
      stringifyObjects: true,
      maxPreparedStatements: 64,
      flags: ['-LOCAL_FILES'],
    } as object, // Knex knows fewer keys than the driver
    pool: { min: 0, max: dsn.maxConnections, createTimeoutMillis: CONNECT_TIMEOUT + 500, afterCreate: prepare },
    acquireConnectionTimeout: ACQUIRE_TIMEOUT,
  };
}

/** Sends the first statements of a connection. */
export function prepareSession(connection: Connection): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const next = ([sql, ...more]: readonly string[]): void => {
      if (sql === undefined) return resolve(connection);
      connection.query({ sql, timeout: STATEMENT_TIMEOUT }, (error) => {
        if (error === null) next(more);
        else reject(error);
      });
    };
    next(SESSION);
  });
}

function prepare(connection: Connection, done: (error: unknown, connection: Connection) => void): void {
  prepareSession(connection).then(
    () => done(undefined, connection),
    (error: unknown) => done(error, connection),
  );
}
