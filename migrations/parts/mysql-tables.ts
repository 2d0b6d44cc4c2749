import type { Knex } from 'knex';
import { definitionsOf, type Tables } from './definition.ts';

export const mysqlTables: Tables = {
  /** One statement with the indexes in it: a crash leaves the whole table or none. */
  async create(knex, table) {
    const lines = [
      ...definitionsOf(table),
      ...Object.entries(table.unique ?? {}).map(([name, columns]) => `UNIQUE INDEX ${name} (${columns.join(', ')})`),
      ...Object.entries(table.indexes ?? {}).map(([name, columns]) => `INDEX ${name} (${columns.join(', ')})`),
    ];
    await knex.raw(
      `CREATE TABLE IF NOT EXISTS ${table.name} (${lines.join(', ')}) ` +
        `ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=${await exactCollation(knex)}`,
    );
  },
  async changeType(knex, table, column) {
    await knex.raw(`ALTER TABLE ${table} MODIFY ${column}`);
  },
  limitsText: true,
};

/**
 * A collation that compares bytes, trailing blanks included: 'a', 'A', 'á' and 'a ' are four texts. MariaDB and MySQL have
 * different names for it; `utf8mb4_bin`, which both know, ignores trailing blanks.
 */
async function exactCollation(knex: Knex): Promise<string> {
  const answer: unknown = await knex.raw("SHOW COLLATION WHERE Collation IN ('utf8mb4_nopad_bin', 'utf8mb4_0900_bin')");
  const [first] = Array.isArray(answer) && Array.isArray(answer[0]) ? answer[0] : [];
  const name: unknown = first?.Collation;
  if (typeof name !== 'string')
    throw new Error('The server has no binary collation of utf8mb4 that heeds trailing blanks.');
  return name;
}
