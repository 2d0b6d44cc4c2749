import type { Knex } from 'knex';
import type { MigratedDatabase } from './migrated-database.ts';

/** Knex's own table, so that its command line sees the same state. */
export const MIGRATIONS = 'knex_migrations';

/** Makes the table with the columns that Knex gives it, if it is missing. */
export async function createMigrationTable({ sql, dialect }: MigratedDatabase): Promise<void> {
  const columns = `id ${dialect.countingKey}, name VARCHAR(255), batch INTEGER, migration_time TIMESTAMP NULL`;
  await sql.raw(`CREATE TABLE IF NOT EXISTS ${MIGRATIONS} (${columns})${dialect.tableOptions}`);
}

/** Names of the migrations that have run, in their order. */
export async function appliedMigrations(sql: Knex): Promise<readonly string[]> {
  if (!(await sql.schema.hasTable(MIGRATIONS))) return [];
  const rows: readonly { readonly name: string }[] = await sql(MIGRATIONS).select('name').orderBy('id');
  return rows.map(({ name }) => name);
}

/** Notes that a migration has run, in a batch of its own. */
export async function insertMigration(sql: Knex, name: string): Promise<void> {
  await sql.raw(
    `INSERT INTO ${MIGRATIONS} (name, batch, migration_time)
     SELECT ?, COALESCE(MAX(batch), 0) + 1, CURRENT_TIMESTAMP FROM ${MIGRATIONS}`,
    [name],
  );
}

export async function deleteMigration(sql: Knex, name: string): Promise<void> {
  await sql(MIGRATIONS).where({ name }).delete();
}

/** The names of `wanted` that are not among those of `there`. */
export function missing(wanted: readonly string[], there: readonly string[]): readonly string[] {
  return wanted.filter((name) => !there.includes(name));
}
