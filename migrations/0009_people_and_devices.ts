import type { Knex } from 'knex';

/** What these columns say is also said by rows that stay, or may be lost without harm. */
export const holds: readonly string[] = [];

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
];

/** Accounts know their devices, their first proof and where they were made; sessions know when they were used. */
export async function up(knex: Knex): Promise<void> {
  for (const { table, name, type } of COLUMNS) {
    if (!(await knex.schema.hasColumn(table, name))) await knex.raw(`ALTER TABLE ${table} ADD COLUMN ${name} ${type}`);
  }
}

export async function down(knex: Knex): Promise<void> {
  for (const { table, name } of COLUMNS.toReversed()) {
    if (await knex.schema.hasColumn(table, name)) await knex.raw(`ALTER TABLE ${table} DROP COLUMN ${name}`);
  }
}
