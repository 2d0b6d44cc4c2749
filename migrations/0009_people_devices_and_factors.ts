import type { Knex } from 'knex';
import { createTable, dropTables } from './parts/table.ts';

/** What the columns say is also said by rows that stay, or may be lost without harm; authenticators may not. */
export const holds = ['authenticators'];

interface Column {
  readonly table: string;
  readonly name: string;
  readonly type: string;
}

/**
 * Times are epoch milliseconds. Each default is what rows of before have, and those that servers of the version before
 * insert meanwhile; so that no row is rewritten here.
 */
const COLUMNS: readonly Column[] = [
  // Device cookies of an earlier time do not count for the account. 0: every one counts.
  { table: 'identities', name: 'devices_since', type: 'BIGINT NOT NULL DEFAULT 0' },
  // When an address of the account was first proved, or somebody with authority vouched for it. Null: never. 0: at a time
  // that nobody wrote down. Rows of before are taken as proved, those without a verified address too: nobody can tell
  // whether a stranger, an administrator or an import made them, and people must not lose their passwords by an update.
  { table: 'identities', name: 'proved_at', type: 'BIGINT NULL DEFAULT 0' },
  // The user agent of the registration.
  { table: 'identities', name: 'made_from', type: 'VARCHAR(512) NULL' },
  // When the session was used last, as far as that is kept.
  { table: 'sessions', name: 'last_seen', type: 'BIGINT NULL' },
  // The time step of the last one-time password that was taken: each counts once (RFC 6238, section 5.2).
  { table: 'credentials', name: 'last_step', type: 'BIGINT NULL' },
];

/**
 * Accounts know their devices, their first proof and where they were made; sessions know when they were used; one-time
 * passwords and authenticators know what was used of them.
 */
export async function up(knex: Knex): Promise<void> {
  for (const { table, name, type } of COLUMNS) {
    if (!(await knex.schema.hasColumn(table, name))) await knex.raw(`ALTER TABLE ${table} ADD COLUMN ${name} ${type}`);
  }

  // What changes with each use of a key. The key itself is in the configuration of its credential.
  await createTable(knex, {
    name: 'authenticators',
    columns: [
      // SHA-256 of the credential id, which is up to 1,023 bytes long; hexadecimal.
      'id_hash CHAR(64) NOT NULL',
      'identity_id CHAR(36) NOT NULL',
      'type VARCHAR(32) NOT NULL',
      'sign_count BIGINT NOT NULL',
      'last_used_at BIGINT NULL',
    ],
    // A credential id belongs to one identity (WebAuthn Level 3, section 7.1, step 26). The key of a login.
    primary: ['id_hash'],
    // The keys of an identity, when it is changed or deleted.
    indexes: { authenticators_identity: ['identity_id'] },
    parents: { identity_id: 'identities' },
  });
}

export async function down(knex: Knex): Promise<void> {
  await dropTables(knex, holds);
  for (const { table, name } of COLUMNS.toReversed()) {
    if (await knex.schema.hasColumn(table, name)) await knex.raw(`ALTER TABLE ${table} DROP COLUMN ${name}`);
  }
}
