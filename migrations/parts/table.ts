import type { Knex } from 'knex';
import { mysqlTables } from './mysql-tables.ts';
import { sqliteTables } from './sqlite-tables.ts';
import type { Table, Tables } from './definition.ts';

const TABLES: Readonly<Record<string, Tables>> = { sqlite3: sqliteTables, mysql: mysqlTables };

/** How the database behind Knex changes its tables. */
export function tablesOf(knex: Knex): Tables {
  const tables = TABLES[String(knex.client.dialect)];
  if (tables === undefined) throw new Error(`There are no migrations for ${String(knex.client.dialect)}.`);
  return tables;
}

/** Makes a table that may be there already: running it again ends with the same table. */
export async function createTable(knex: Knex, table: Table): Promise<void> {
  await tablesOf(knex).create(knex, table);
}

/** Drops tables. Those that others refer to come last. */
export async function dropTables(knex: Knex, names: readonly string[]): Promise<void> {
  for (const name of names) await knex.raw(`DROP TABLE IF EXISTS ${name}`);
}
