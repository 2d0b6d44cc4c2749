import type { Knex } from 'knex';
import { createTable, dropTables } from './parts/table.ts';

/** Rows live for an hour or a day at most, and losing them does no harm. */
export const holds: readonly string[] = [];

export async function up(knex: Knex): Promise<void> {
  await createTable(knex, {
    name: 'limits',
    columns: ['key_hash VARCHAR(128) NOT NULL', 'tries INT NOT NULL', 'ends_at BIGINT NOT NULL'],
    // Every count.
    primary: ['key_hash'],
    // The sweep.
    indexes: { limits_ends: ['ends_at'] },
  });

  await createTable(knex, {
    name: 'error_containers',
    columns: [
      'id VARCHAR(64) NOT NULL',
      'error MEDIUMTEXT NOT NULL',
      'created_at BIGINT NOT NULL',
      'expires_at BIGINT NOT NULL',
    ],
    primary: ['id'],
    // The sweep.
    indexes: { error_containers_expires: ['expires_at'] },
  });
}

export async function down(knex: Knex): Promise<void> {
  await dropTables(knex, ['error_containers', 'limits']);
}
