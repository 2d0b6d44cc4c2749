import type { Dialect } from '../dialect.ts';
import { sqliteFault } from './errors.ts';

export const sqliteDialect: Dialect = {
  faultOf: sqliteFault,
  now: "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
  tableOptions: '',
  countingKey: 'INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT',
  tablesInTransactions: true,
  findTable: (sql, table) => sql('sqlite_master').select('name').where({ type: 'table', name: table }),
  // There is one writer: nothing else can change the rows.
  locked: (rows) => rows,
  countTry: `INSERT INTO limits (key_hash, tries, ends_at) VALUES (?, ?, ?)
  ON CONFLICT (key_hash) DO UPDATE SET
    tries = CASE WHEN limits.ends_at <= ? THEN excluded.tries ELSE limits.tries + excluded.tries END,
    ends_at = CASE WHEN limits.ends_at <= ? THEN excluded.ends_at ELSE limits.ends_at END
  RETURNING tries`,
};
