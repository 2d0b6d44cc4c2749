import type { Knex } from 'knex';
import { createTable, dropTables } from './parts/table.ts';

/** The tables that `down` drops; it is refused while they have rows. */
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
    // Reads by id, of one and of many, and lists in the order of ids.
    primary: ['id'],
    // Look-up by external id, which is unique.
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
    // The credentials of an identity; the one of a login.
    primary: ['identity_id', 'type'],
    parents: { identity_id: 'identities' },
  });

  await createTable(knex, {
    name: 'identity_identifiers',
    columns: ['type VARCHAR(32) NOT NULL', 'identifier VARCHAR(512) NOT NULL', 'identity_id CHAR(36) NOT NULL'],
    // An identifier of a type belongs to one identity. Login by identifier; search by identifier and by its beginning.
    primary: ['type', 'identifier'],
    // The identifiers of an identity, when it is changed or deleted.
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
    // An address belongs to one identity. Look-up for verification and recovery.
    primary: ['kind', 'via', 'value'],
    // The addresses of an identity, when it is changed or deleted.
    indexes: { identity_addresses_identity: ['identity_id'] },
    parents: { identity_id: 'identities' },
  });
}

export async function down(knex: Knex): Promise<void> {
  await dropTables(knex, holds);
}
