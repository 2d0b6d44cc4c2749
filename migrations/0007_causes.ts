import type { Knex } from 'knex';
import { isSqlite } from './parts/table.ts';

/** What was longer is cut on the way back. */
export const holds: readonly string[] = [];

/** The outcome of a submit that failed says why, which takes more than the name of a state. SQLite never minded. */
export async function up(knex: Knex): Promise<void> {
  if (!isSqlite(knex)) await knex.raw('ALTER TABLE flow_journal MODIFY outcome VARCHAR(1024) NOT NULL');
}

export async function down(knex: Knex): Promise<void> {
  if (isSqlite(knex)) return;
  await knex.raw('UPDATE flow_journal SET outcome = LEFT(outcome, 64)');
  await knex.raw('ALTER TABLE flow_journal MODIFY outcome VARCHAR(64) NOT NULL');
}
