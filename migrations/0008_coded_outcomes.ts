import type { Knex } from 'knex';

/** What only this column says is what the text beside it says too. */
export const holds: readonly string[] = [];

const TABLE = 'flow_journal';
const COLUMN = 'coded_outcome';

/**
 * The outcome of a submit as JSON, `{ kind, code, reason }`, beside the text that servers of the version before write and
 * read. Null in the rows they write.
 */
export async function up(knex: Knex): Promise<void> {
  if (!(await knex.schema.hasColumn(TABLE, COLUMN)))
    await knex.raw(`ALTER TABLE ${TABLE} ADD COLUMN ${COLUMN} MEDIUMTEXT NULL`);
}

export async function down(knex: Knex): Promise<void> {
  if (await knex.schema.hasColumn(TABLE, COLUMN)) await knex.raw(`ALTER TABLE ${TABLE} DROP COLUMN ${COLUMN}`);
}
