import type { Knex } from 'knex';
import { tablesOf } from './parts/table.ts';

/** `down` cuts the outcomes that are longer. */
export const holds: readonly string[] = [];

/** Makes room for the reason of a failed submit, which is longer than the name of a state. */
export async function up(knex: Knex): Promise<void> {
  await tablesOf(knex).changeType(knex, 'flow_journal', 'outcome VARCHAR(1024) NOT NULL');
}

export async function down(knex: Knex): Promise<void> {
  const tables = tablesOf(knex);
  if (!tables.limitsText) return;
  await knex.raw('UPDATE flow_journal SET outcome = LEFT(outcome, 64)');
  await tables.changeType(knex, 'flow_journal', 'outcome VARCHAR(64) NOT NULL');
}
