import type { Knex } from 'knex';
import { createTable, dropTables } from './parts/table.ts';

export const holds = ['sessions'];

export async function up(knex: Knex): Promise<void> {
  await createTable(knex, {
    name: 'sessions',
    columns: [
      'id CHAR(36) NOT NULL',
      'token_hash CHAR(64) NOT NULL',
      'flow_id CHAR(36) NULL',
      'identity_id CHAR(36) NOT NULL',
      'active TINYINT NOT NULL',
      'aal VARCHAR(4) NOT NULL',
      'methods MEDIUMTEXT NOT NULL',
      'devices MEDIUMTEXT NOT NULL',
      'issued_at BIGINT NOT NULL',
      'authenticated_at BIGINT NOT NULL',
      'expires_at BIGINT NOT NULL',
      'created_at BIGINT NOT NULL',
    ],
    primary: ['id'],
    unique: {
      // Look-up by token, at every request with a session.
      sessions_token_hash: ['token_hash'],
      // A flow issues at most one session.
      sessions_flow: ['flow_id'],
    },
    indexes: {
      // The sessions of an identity, newest first; revoking all but one.
      sessions_identity: ['identity_id', 'created_at DESC', 'id'],
      // The list of all sessions, newest first.
      sessions_created: ['created_at DESC', 'id'],
      // The sweep.
      sessions_expires: ['expires_at'],
    },
    parents: { identity_id: 'identities' },
  });
}

export async function down(knex: Knex): Promise<void> {
  await dropTables(knex, holds);
}
