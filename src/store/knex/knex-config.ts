import type { Knex } from 'knex';
import type { Dsn } from '../../config/config.ts';
import { mysqlConfig } from './mysql/mysql-config.ts';
import { NodeSqlite } from './sqlite/node-sqlite.ts';

/** What goes wrong is thrown as well, to whoever can say what it means. */
const ignore = (): void => undefined;
const log = { warn: ignore, error: ignore, deprecate: ignore, debug: ignore };

/** How Knex reaches a database; for the store, the migrations and `knexfile.ts` alike. */
export function knexConfig(dsn: Dsn): Knex.Config {
  if (dsn.kind === 'mysql') return { ...mysqlConfig(dsn), log };
  return {
    client: NodeSqlite,
    connection: { filename: dsn.kind === 'memory' ? ':memory:' : dsn.file },
    useNullAsDefault: true,
    // Never replaced while idle: in memory the connection is the database.
    pool: { min: 1, max: 1, idleTimeoutMillis: 2 ** 31 - 1 },
    acquireConnectionTimeout: 5_000,
    log,
  };
}
