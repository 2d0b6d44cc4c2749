import type { Dialect } from '../dialect.ts';
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
};
