import type { Knex } from 'knex';
import type { Connection } from 'mysql2';
import type { Dsn } from '../../../config/config.ts';

/** A statement that takes more milliseconds is given up, and its connection with it (reliability R-42). */
export const STATEMENT_TIMEOUT = 5_000;
const CONNECT_TIMEOUT = 2_000;
const ACQUIRE_TIMEOUT = 2_000;

/**
 * The first statements of every connection, whatever the server's own settings: a value that does not fit is an error,
 * times are UTC, a read sees what is committed, and a lock is waited for two seconds (reliability R-44).
 */
const SESSION = [
  "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', " +
    "time_zone = '+00:00', innodb_lock_wait_timeout = 2",
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
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

function prepare(connection: Connection, done: (error: unknown, connection: Connection) => void): void {
  const [first, ...rest] = SESSION;
  const next = ([sql, ...more]: readonly string[]): void => {
    if (sql === undefined) return done(undefined, connection);
    connection.query({ sql, timeout: STATEMENT_TIMEOUT }, (error) => {
      if (error === null) next(more);
      else done(error, connection);
    });
  };
  next([first ?? '', ...rest]);
}
