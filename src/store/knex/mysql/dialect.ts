import type { Dialect } from '../dialect.ts';
import { tryRows } from '../try-rows.ts';
import { mysqlFault } from './errors.ts';

export const mysqlDialect: Dialect = {
  faultOf: mysqlFault,
  now: 'FLOOR(UNIX_TIMESTAMP(NOW(3)) * 1000)',
  tableOptions: ' ENGINE=InnoDB DEFAULT CHARSET=utf8mb4',
  countingKey: 'INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY',
  tablesInTransactions: false,
  findTable: (sql, table) =>
    sql('information_schema.tables')
      .select('table_name')
      .where({ table_name: table })
      .whereRaw('table_schema = DATABASE()'),
  locked: (rows) => rows.forUpdate(),
  // MySQL has no RETURNING; LAST_INSERT_ID(expression) brings the count back. Assignments run from left to right.
  countTry: `INSERT INTO limits (key_hash, tries, ends_at) VALUES (?, LAST_INSERT_ID(?), ?)
  ON DUPLICATE KEY UPDATE
    tries = LAST_INSERT_ID(IF(ends_at <= ?, VALUES(tries), tries + VALUES(tries))),
    ends_at = IF(ends_at <= ?, VALUES(ends_at), ends_at)`,
  countTries: undefined,
};

/** MariaDB from 10.5 on gives the rows that it wrote. */
export const mariadbDialect: Dialect = {
  ...mysqlDialect,
  countTries: (keys) => `INSERT INTO limits (key_hash, tries, ends_at) VALUES ${tryRows(keys)}
  ON DUPLICATE KEY UPDATE
    tries = IF(ends_at <= ?, VALUES(tries), tries + VALUES(tries)),
    ends_at = IF(ends_at <= ?, VALUES(ends_at), ends_at)
  RETURNING key_hash, tries, ends_at`,
};

/** The dialect of a server that says this of its version. */
export function dialectOf(version: string): Dialect {
  const [, major = 0, minor = 0] = /^(\d+)\.(\d+)/.exec(version)?.map(Number) ?? [];
  const returns = /mariadb/i.test(version) && (major > 10 || (major === 10 && minor >= 5));
  return returns ? mariadbDialect : mysqlDialect;
}
