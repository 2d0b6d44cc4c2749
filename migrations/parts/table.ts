import type { Knex } from 'knex';

/** A table with its indexes. Types are MySQL's; SQLite takes them for what they are akin to. */
export interface Table {
  readonly name: string;
  readonly columns: readonly string[];
  readonly primary: readonly string[];
  /** By name. A column may have ` DESC` after it. */
  readonly unique?: Readonly<Record<string, readonly string[]>>;
  readonly indexes?: Readonly<Record<string, readonly string[]>>;
  /** Column to table: the row goes with the one it points to. */
  readonly parents?: Readonly<Record<string, string>>;
}

/**
 * Makes a table that may be there already, in statements that may each be the last before a crash: whoever runs them
 * again ends with the same table.
 */
export async function createTable(knex: Knex, table: Table): Promise<void> {
  if (isSqlite(knex)) {
    await knex.raw(`CREATE TABLE IF NOT EXISTS ${table.name} (${body(table).join(', ')})`);
    for (const [name, columns] of Object.entries(table.unique ?? {})) {
      await knex.raw(`CREATE UNIQUE INDEX IF NOT EXISTS ${name} ON ${table.name} (${columns.join(', ')})`);
    }
    for (const [name, columns] of Object.entries(table.indexes ?? {})) {
      await knex.raw(`CREATE INDEX IF NOT EXISTS ${name} ON ${table.name} (${columns.join(', ')})`);
    }
    return;
  }
  // One statement with everything in it: there is no half of it.
  const lines = [
    ...body(table),
    ...Object.entries(table.unique ?? {}).map(([name, columns]) => `UNIQUE INDEX ${name} (${columns.join(', ')})`),
    ...Object.entries(table.indexes ?? {}).map(([name, columns]) => `INDEX ${name} (${columns.join(', ')})`),
  ];
  await knex.raw(
    `CREATE TABLE IF NOT EXISTS ${table.name} (${lines.join(', ')}) ` +
      `ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=${await exactCollation(knex)}`,
  );
}

/** Drops tables, children first. */
export async function dropTables(knex: Knex, names: readonly string[]): Promise<void> {
  for (const name of names) await knex.raw(`DROP TABLE IF EXISTS ${name}`);
}

function body({ name, columns, primary, parents = {} }: Table): readonly string[] {
  return [
    ...columns,
    `PRIMARY KEY (${primary.join(', ')})`,
    ...Object.entries(parents).map(
      ([column, parent]) =>
        `CONSTRAINT ${name}_${column}_fk FOREIGN KEY (${column}) REFERENCES ${parent} (id) ON DELETE CASCADE`,
    ),
  ];
}

/**
 * Byte by byte, trailing blanks included: 'a', 'A', 'á' and 'a ' are four texts. The name differs: `utf8mb4_bin` would
 * be known to both but ignores trailing blanks.
 */
async function exactCollation(knex: Knex): Promise<string> {
  const answer: unknown = await knex.raw("SHOW COLLATION WHERE Collation IN ('utf8mb4_nopad_bin', 'utf8mb4_0900_bin')");
  const [first] = Array.isArray(answer) && Array.isArray(answer[0]) ? answer[0] : [];
  const name: unknown = first?.Collation;
  if (typeof name !== 'string')
    throw new Error('The server has no binary collation of utf8mb4 that heeds trailing blanks.');
  return name;
}

export function isSqlite(knex: Knex): boolean {
  return knex.client.dialect === 'sqlite3';
}
