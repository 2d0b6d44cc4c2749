import type { Knex } from 'knex';
import { createTable, dropTables } from './parts/table.ts';

/** What `down` deletes; it is refused while there is something in it. */
export const holds = ['identity_identifiers', 'identity_addresses', 'credentials', 'identities'];

export async function up(knex: Knex): Promise<void> {
  await createTable(knex, {
    name: 'identities',
    columns: [
      'id CHAR(36) NOT NULL',
      'external_id VARCHAR(64) NULL',
      'schema_id VARCHAR(255) NOT NULL',
      'state VARCHAR(8) NOT NULL',
      'state_changed_at BIGINT NOT NULL',
      'traits MEDIUMTEXT NOT NULL',
      'metadata_public MEDIUMTEXT NULL',
      'metadata_admin MEDIUMTEXT NULL',
      'verifiable_addresses MEDIUMTEXT NOT NULL',
      'recovery_addresses MEDIUMTEXT NOT NULL',
      'available_aal VARCHAR(4) NOT NULL',
      'version INT NOT NULL',
      'created_at BIGINT NOT NULL',
      'updated_at BIGINT NOT NULL',
    ],
    // By id: reads of one, of many, the keyset list; ids are random, so that inserts spread.
    primary: ['id'],
    // Look-up by external id, and its uniqueness.
    unique: { identities_external_id: ['external_id'] },
  });

  await createTable(knex, {
    name: 'credentials',
    columns: [
      'identity_id CHAR(36) NOT NULL',
      'type VARCHAR(32) NOT NULL',
      'identifiers MEDIUMTEXT NOT NULL',
      'config MEDIUMTEXT NOT NULL',
      'version INT NOT NULL',
      'created_at BIGINT NOT NULL',
      'updated_at BIGINT NOT NULL',
    ],
    // All of an identity; the one of a login.
    primary: ['identity_id', 'type'],
    parents: { identity_id: 'identities' },
  });

  await createTable(knex, {
    name: 'identity_identifiers',
    columns: ['type VARCHAR(32) NOT NULL', 'identifier VARCHAR(512) NOT NULL', 'identity_id CHAR(36) NOT NULL'],
    // One identifier of a type belongs to one identity; login by identifier; search by identifier and by its beginning.
    primary: ['type', 'identifier'],
    // What an identity has, when it changes or goes.
    indexes: { identity_identifiers_identity: ['identity_id'] },
    parents: { identity_id: 'identities' },
  });

  await createTable(knex, {
    name: 'identity_addresses',
    columns: [
      'kind VARCHAR(16) NOT NULL',
      'via VARCHAR(8) NOT NULL',
      'value VARCHAR(512) NOT NULL',
      'identity_id CHAR(36) NOT NULL',
    ],
    // One address belongs to one identity; look-up of verification and recovery.
    primary: ['kind', 'via', 'value'],
    // What an identity has, when it changes or goes.
    indexes: { identity_addresses_identity: ['identity_id'] },
    parents: { identity_id: 'identities' },
  });
}

export async function down(knex: Knex): Promise<void> {
  await dropTables(knex, holds);
}
