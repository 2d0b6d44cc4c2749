import type { Dialect } from '../dialect.ts';
import { tryRows } from '../try-rows.ts';
import { sqliteFault } from './errors.ts';

const COUNTED = `ON CONFLICT (key_hash) DO UPDATE SET
    tries = CASE WHEN limits.ends_at <= ? THEN excluded.tries ELSE limits.tries + excluded.tries END,
    ends_at = CASE WHEN limits.ends_at <= ? THEN excluded.ends_at ELSE limits.ends_at END`;

export const sqliteDialect: Dialect = {
  faultOf: sqliteFault,
  now: "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
  tableOptions: '',
  countingKey: 'INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT',
  tablesInTransactions: true,
  findTable: (sql, table) => sql('sqlite_master').select('name').where({ type: 'table', name: table }),
  // There is one writer: nothing else can change the rows.
  locked: (rows) => rows,
  countTry: `INSERT INTO limits (key_hash, tries, ends_at) VALUES (?, ?, ?) ${COUNTED} RETURNING tries`,
  countTries: (keys) => `INSERT INTO limits (key_hash, tries, ends_at) VALUES ${tryRows(keys)} ${COUNTED}
  RETURNING key_hash, tries, ends_at`,
};
