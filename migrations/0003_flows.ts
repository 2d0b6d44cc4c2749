import type { Knex } from 'knex';
import { createTable, dropTables } from './parts/table.ts';

export const holds = ['vault', 'one_time_secrets', 'flow_journal', 'flows'];

export async function up(knex: Knex): Promise<void> {
  await createTable(knex, {
    name: 'flows',
    columns: [
      'id CHAR(36) NOT NULL',
      'kind VARCHAR(16) NOT NULL',
      'type VARCHAR(8) NOT NULL',
      'request_url MEDIUMTEXT NOT NULL',
      'csrf VARCHAR(128) NOT NULL',
      // No foreign keys: the identity and the session may not be stored yet.
      'identity_id CHAR(36) NULL',
      'session_id CHAR(36) NULL',
      'schema_id VARCHAR(255) NULL',
      'requested_aal VARCHAR(4) NOT NULL',
      'refresh TINYINT NOT NULL',
      'shape VARCHAR(64) NOT NULL',
      'revision INT NOT NULL',
      'state MEDIUMTEXT NOT NULL',
      'context MEDIUMTEXT NOT NULL',
      'finished TINYINT NOT NULL',
      'follow_due BIGINT NULL',
      'busy_until BIGINT NULL',
      'issued_at BIGINT NOT NULL',
      'expires_at BIGINT NOT NULL',
      'updated_at BIGINT NOT NULL',
    ],
    // Every step of a flow: read, and write if unchanged.
    primary: ['id'],
    indexes: {
      // Overdue follow phases; expired flows that owe none.
      flows_due: ['follow_due', 'expires_at'],
      // Deletion with an identity.
      flows_identity: ['identity_id'],
    },
  });

  await createTable(knex, {
    name: 'flow_journal',
    columns: [
      'id VARCHAR(64) NOT NULL',
      'flow_id CHAR(36) NOT NULL',
      'other_flow_id CHAR(36) NULL',
      'kind VARCHAR(16) NOT NULL',
      'method VARCHAR(32) NULL',
      'outcome VARCHAR(64) NOT NULL',
      'identity_id CHAR(36) NULL',
      'session_id CHAR(36) NULL',
      'steps MEDIUMTEXT NOT NULL',
      'at BIGINT NOT NULL',
      'keep_until BIGINT NOT NULL',
    ],
    primary: ['id'],
    indexes: {
      // The entries of a flow, and of a flow that it continued in.
      flow_journal_flow: ['flow_id', 'at'],
      flow_journal_other: ['other_flow_id', 'at'],
      // The sweep.
      flow_journal_keep: ['keep_until'],
    },
  });

  await createTable(knex, {
    name: 'one_time_secrets',
    columns: [
      'id VARCHAR(64) NOT NULL',
      'purpose VARCHAR(32) NOT NULL',
      'digest VARCHAR(160) NOT NULL',
      'flow_id CHAR(36) NOT NULL',
      'identity_id CHAR(36) NULL',
      'address MEDIUMTEXT NOT NULL',
      'used_at BIGINT NULL',
      'expires_at BIGINT NOT NULL',
      'created_at BIGINT NOT NULL',
    ],
    primary: ['id'],
    indexes: {
      // Use of a secret; deletion of earlier ones.
      one_time_secrets_flow: ['flow_id', 'purpose', 'digest'],
      // Deletion with an identity.
      one_time_secrets_identity: ['identity_id'],
    },
    parents: { flow_id: 'flows' },
  });

  await createTable(knex, {
    name: 'vault',
    columns: [
      'flow_id CHAR(36) NOT NULL',
      'kind VARCHAR(64) NOT NULL',
      'box MEDIUMTEXT NOT NULL',
      'expires_at BIGINT NOT NULL',
    ],
    // Put, find, consume.
    primary: ['flow_id', 'kind'],
    // The sweep.
    indexes: { vault_expires: ['expires_at'] },
    parents: { flow_id: 'flows' },
  });
}

export async function down(knex: Knex): Promise<void> {
  await dropTables(knex, holds);
}
