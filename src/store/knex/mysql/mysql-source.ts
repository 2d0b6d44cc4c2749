import type { Dsn } from '../../../config/config.ts';
import type { DatabaseSource } from '../database-source.ts';
import { mysqlDialect } from './dialect.ts';
import { mysqlConfig } from './mysql-config.ts';
import { createMysqlDatabase } from './mysql-database.ts';
import { mysqlUnavailable } from './mysql-unavailable.ts';

/** A database of a MySQL or MariaDB server, which has to exist. */
export function mysqlSource(dsn: Extract<Dsn, { readonly kind: 'mysql' }>): DatabaseSource {
  const unavailable = mysqlUnavailable(dsn);
  return {
    dialect: mysqlDialect,
    knexConfig: mysqlConfig(dsn),
    place: `${dsn.socket ?? `${dsn.host}:${dsn.port}`}/${dsn.database}`,
    temporary: false,
    unavailable,
    exists: () => true,
    open: async (sql, parts) => await createMysqlDatabase({ ...parts, sql, unavailable }),
    openToRead: async (sql, parts) => await createMysqlDatabase({ ...parts, sql, unavailable }),
  };
}
