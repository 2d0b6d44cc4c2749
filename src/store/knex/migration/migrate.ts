import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import type { Dsn } from '../../../config/config.ts';
import { SallyportError } from '../../../kernel/error.ts';
import { databaseOf } from '../databases.ts';
import type { Lease } from '../lease.ts';
import { assertOwn } from './assert-own.ts';
import { migrationLease, patiently, withDatabase, type MigratedDatabase } from './migrated-database.ts';
import { loadMigration, migrationNames } from './migration-source.ts';
import {
  appliedMigrations,
  createMigrationTable,
  deleteMigration,
  insertMigration,
  missing,
} from './migration-table.ts';

export interface MigrationOptions {
  /** Takes a line of progress. */
  readonly log: (line: string) => void;
  /** A process that is not heard of for so many milliseconds loses the right to migrate. */
  readonly lease?: number;
  /** Another process that migrates is waited for, so many milliseconds. */
  readonly wait?: number;
  /** The folder of the migrations, when not that of this build; for tests. */
  readonly folder?: URL;
}

const LEASE = 20_000;
const WAIT = 60_000;
const LOOK_AGAIN = 250;
const TELL_AGAIN = 5_000;

/** Every migration, those of a newer build included, and whether it has run. Makes no database file and no table. */
export async function migrationStatus(
  dsn: Dsn,
  folder?: URL,
): Promise<readonly { readonly name: string; readonly applied: boolean }[]> {
  const known = await migrationNames(folder);
  const done = databaseOf(dsn).exists() ? await withDatabase(dsn, readApplied) : [];
  const names = [...new Set([...known, ...done])].toSorted();
  return names.map((name) => ({ name, applied: done.includes(name) }));
}

async function readApplied({ sql }: MigratedDatabase): Promise<readonly string[]> {
  await assertOwn(sql);
  return await appliedMigrations(sql);
}

/** Names of the migrations that have not run. */
export async function pendingMigrations(dsn: Dsn, folder?: URL): Promise<readonly string[]> {
  return (await migrationStatus(dsn, folder)).filter(({ applied: ran }) => !ran).map(({ name }) => name);
}

/**
 * Runs the pending migrations and returns their names. Of several processes one works; the others wait and go on
 * (reliability R-51). Throws `unavailable` when another process takes too long.
 */
export async function migrateUp(dsn: Dsn, options: MigrationOptions): Promise<readonly string[]> {
  const { log, folder, lease: length = LEASE, wait = WAIT } = options;
  return await withDatabase(dsn, async (database) => {
    const ran: string[] = [];
    await patiently(database, () => assertOwn(database.sql));
    await patiently(database, () => createMigrationTable(database));
    const lease = migrationLease(database, length);
    const limit = performance.now() + wait;
    let told = 0;
    for (;;) {
      const done = await patiently(database, () => appliedMigrations(database.sql));
      const pending = missing(await migrationNames(folder), done);
      if (pending.length === 0) return ran;
      if (await lease.take()) {
        ran.push(...(await underLease(lease, () => runAll(database, lease, options))));
        continue;
      }
      if (performance.now() > limit) {
        throw new SallyportError('unavailable', 'Another process is still migrating the database.');
      }
      if (performance.now() > told) {
        log(`Another process is migrating the database; waiting for it (${pending.join(', ')}).`);
        told = performance.now() + TELL_AGAIN;
      }
      await sleep(LOOK_AGAIN);
    }
  });
}

/**
 * Takes back the newest `steps` migrations and returns their names. Throws `conflict` where rows would be deleted,
 * unless `force`, and `unavailable` while another process migrates.
 */
export async function migrateDown(
  dsn: Dsn,
  options: MigrationOptions & { readonly steps: number; readonly force?: boolean },
): Promise<readonly string[]> {
  const { log, folder, steps, force = false, lease: length = LEASE } = options;
  return await withDatabase(dsn, async (database) => {
    await patiently(database, () => createMigrationTable(database));
    const lease = migrationLease(database, length);
    if (!(await lease.take())) throw new SallyportError('unavailable', 'Another process is migrating the database.');
    return await underLease(lease, async () => {
      const names = (await appliedMigrations(database.sql)).toReversed().slice(0, steps);
      for (const name of names) {
        const migration = await loadMigration(name, folder);
        if (!force) await assertEmpty(database.sql, name, migration.holds);
        log(`Taking back ${name}.`);
        await step(database, async (sql) => {
          await migration.down(sql);
          await deleteMigration(sql, name);
        });
      }
      return names;
    });
  });
}

/** Runs every migration on a database that no other process can reach. */
export async function migrateTemporary(database: MigratedDatabase): Promise<void> {
  await createMigrationTable(database);
  for (const name of await migrationNames()) await runOne(database, name, undefined);
}

async function runAll(
  database: MigratedDatabase,
  lease: Lease,
  { log, folder }: MigrationOptions,
): Promise<readonly string[]> {
  const pending = missing(await migrationNames(folder), await appliedMigrations(database.sql));
  const ran: string[] = [];
  for (const name of pending) {
    // A process that lost the lease goes back to waiting.
    if (!(await lease.renew())) break;
    log(`Running ${name}.`);
    await runOne(database, name, folder);
    ran.push(name);
  }
  return ran;
}

async function runOne(database: MigratedDatabase, name: string, folder: URL | undefined): Promise<void> {
  const { up } = await loadMigration(name, folder);
  await step(database, async (sql) => {
    await up(sql);
    // Last: after a crash before it the whole migration runs again, and each statement bears that (reliability R-52).
    await insertMigration(sql, name);
  });
}

/** Runs the work in a transaction where the database can change tables in one. */
async function step(database: MigratedDatabase, work: (sql: Knex) => Promise<void>): Promise<void> {
  const { sql, dialect } = database;
  if (!dialect.tablesInTransactions) return await work(sql);
  await patiently(database, () => sql.transaction(work));
}

async function assertEmpty(sql: Knex, name: string, tables: readonly string[]): Promise<void> {
  for (const table of tables) {
    const row: unknown = await sql(table).first(sql.raw('1 AS one'));
    if (row !== undefined) {
      throw new SallyportError('conflict', `Taking back ${name} would delete the rows of ${table}; force it to do so.`);
    }
  }
}

async function underLease<T>(lease: Lease, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await lease.release();
  }
}
