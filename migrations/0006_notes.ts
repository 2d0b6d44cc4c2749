import type { Knex } from 'knex';
import { createTable, dropTables } from './parts/table.ts';

export const holds = ['notes'];

export async function up(knex: Knex): Promise<void> {
  await createTable(knex, {
    name: 'notes',
    columns: [
      'identity_id CHAR(36) NOT NULL',
      'plugin VARCHAR(128) NOT NULL',
      'name VARCHAR(255) NOT NULL',
      'value MEDIUMTEXT NOT NULL',
    ],
    // Written by key; deleted with the identity.
    primary: ['identity_id', 'plugin', 'name'],
    parents: { identity_id: 'identities' },
  });
}

export async function down(knex: Knex): Promise<void> {
  await dropTables(knex, holds);
}
