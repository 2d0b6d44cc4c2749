import type { Knex } from 'knex';
import { createTable, dropTables } from './parts/table.ts';

export const holds = ['outbox_dispatches', 'outbox'];

export async function up(knex: Knex): Promise<void> {
  await createTable(knex, {
    name: 'outbox',
    columns: [
      'id CHAR(36) NOT NULL',
      'type VARCHAR(8) NOT NULL',
      'channel VARCHAR(32) NOT NULL',
      'status VARCHAR(16) NOT NULL',
      'recipient VARCHAR(700) NOT NULL',
      'template VARCHAR(64) NOT NULL',
      'data MEDIUMTEXT NULL',
      'subject MEDIUMTEXT NOT NULL',
      'body MEDIUMTEXT NULL',
      'useful_until BIGINT NULL',
      'identity_id CHAR(36) NULL',
      'flow_id CHAR(36) NULL',
      'send_count INT NOT NULL',
      'due_at BIGINT NOT NULL',
      'locked_by VARCHAR(64) NULL',
      'locked_until BIGINT NOT NULL',
      // The time at which the body is deleted; then, the time at which the row is.
      'clear_at BIGINT NULL',
      'created_at BIGINT NOT NULL',
      'updated_at BIGINT NOT NULL',
    ],
    primary: ['id'],
    indexes: {
      // Messages that a courier may take.
      outbox_due: ['status', 'due_at', 'locked_until'],
      // Lists, newest first: of all messages, of a status, of a recipient.
      outbox_created: ['created_at DESC', 'id'],
      outbox_status: ['status', 'created_at DESC', 'id'],
      outbox_recipient: ['recipient', 'created_at DESC', 'id'],
      // The sweep.
      outbox_clear: ['clear_at'],
    },
  });

  await createTable(knex, {
    name: 'outbox_dispatches',
    columns: [
      'id VARCHAR(64) NOT NULL',
      'message_id CHAR(36) NOT NULL',
      'status VARCHAR(8) NOT NULL',
      'error MEDIUMTEXT NULL',
      'created_at BIGINT NOT NULL',
    ],
    primary: ['id'],
    // The tries of a message.
    indexes: { outbox_dispatches_message: ['message_id', 'created_at', 'id'] },
    parents: { message_id: 'outbox' },
  });
}

export async function down(knex: Knex): Promise<void> {
  await dropTables(knex, holds);
}
