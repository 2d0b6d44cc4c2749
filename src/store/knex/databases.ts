import type { Dsn } from '../../config/config.ts';
import type { DatabaseSource } from './database-source.ts';
import { mysqlSource } from './mysql/mysql-source.ts';
import { sqliteSource } from './sqlite/sqlite-source.ts';

/** The database that a DSN names: the one place that knows which databases there are. */
export function databaseOf(dsn: Dsn): DatabaseSource {
  switch (dsn.kind) {
    case 'memory':
      return sqliteSource(undefined);
    case 'sqlite':
      return sqliteSource(dsn.file);
    case 'mysql':
      return mysqlSource(dsn);
  }
}
