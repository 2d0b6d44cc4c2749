import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import knex, { type Knex } from 'knex';
import type { Dsn } from '../../../config/config.ts';
import { SallyportError } from '../../../kernel/error.ts';
import type { Executor } from '../connection.ts';
import { faultOf } from '../fault.ts';
import { knexConfig } from '../knex-config.ts';
import { createLease, type Lease } from '../lease.ts';
import { loadMigration, migrationNames } from './migration-source.ts';
import { unavailable } from '../unavailable.ts';

export interface MigrationOptions {
  /** Takes a line of progress. */
  readonly log: (line: string) => void;
  /** A holder of the lease that is not heard of for so long is taken for dead; milliseconds. */
  readonly lease?: number;
  /** How long another's work is waited for; milliseconds. */
  readonly wait?: number;
  /** Where migrations are, when not where this build has them; for tests. */
  readonly folder?: URL;
}

const LEASE = 20_000;
const WAIT = 60_000;
const LOOK_AGAIN = 250;
/** Knex's own, so that its command line sees the same state. */
const TABLE = 'knex_migrations';
/** One server of the version before may still run beside a migrated database (reliability R-53). */
const NEWER_TOLERATED = 1;

/** Every migration, those of a newer build included, and whether it has run. Makes no database file and no table. */
export async function migrationStatus(
  dsn: Dsn,
  folder?: URL,
): Promise<readonly { readonly name: string; readonly applied: boolean }[]> {
  const known = await migrationNames(folder);
  const done = dsn.kind === 'sqlite' && !existsSync(dsn.file) ? [] : await using(dsn, applied);
  const names = [...new Set([...known, ...done])].toSorted();
  return names.map((name) => ({ name, applied: done.includes(name) }));
}

/** Names of the migrations that have not run. */
export async function pendingMigrations(dsn: Dsn, folder?: URL): Promise<readonly string[]> {
  return (await migrationStatus(dsn, folder)).filter(({ applied: ran }) => !ran).map(({ name }) => name);
}

/** Runs what is pending. Of many at once one works; the others wait and go on (reliability R-51). The names it ran. */
export async function migrateUp(dsn: Dsn, options: MigrationOptions): Promise<readonly string[]> {
  const { log, folder, lease: length = LEASE, wait = WAIT } = options;
  return await using(dsn, async (sql) => {
    const ran: string[] = [];
    await patiently(() => prepare(sql));
    const lease = migrationLease(sql, length);
    const limit = performance.now() + wait;
    let told = 0;
    for (;;) {
      const left = missing(await migrationNames(folder), await patiently(() => applied(sql)));
      if (left.length === 0) return ran;
      if (await lease.take()) {
        ran.push(...(await underLease(lease, () => runAll(sql, lease, options))));
        continue;
      }
      if (performance.now() > limit) {
        throw new SallyportError('unavailable', 'Another process is still migrating the database.');
      }
      if (performance.now() > told) {
        log(`Another process is migrating the database; waiting for it (${left.join(', ')}).`);
        told = performance.now() + 5_000;
      }
      await sleep(LOOK_AGAIN);
    }
  });
}

/** Takes back the newest `steps` migrations. Refused where rows would be lost, unless `force`. The names it took back. */
export async function migrateDown(
  dsn: Dsn,
  options: MigrationOptions & { readonly steps: number; readonly force?: boolean },
): Promise<readonly string[]> {
  const { log, folder, steps, force = false, lease: length = LEASE } = options;
  return await using(dsn, async (sql) => {
    await patiently(() => prepare(sql));
    const lease = migrationLease(sql, length);
    if (!(await lease.take())) throw new SallyportError('unavailable', 'Another process is migrating the database.');
    return await underLease(lease, async () => {
      const names = (await applied(sql)).toReversed().slice(0, steps);
      for (const name of names) {
        const migration = await loadMigration(name, folder);
        if (!force) await assertEmpty(sql, name, migration.holds);
        log(`Taking back ${name}.`);
        await step(sql, async (on) => {
          await migration.down(on);
          await on(TABLE).where({ name }).delete();
        });
      }
      return names;
    });
  });
}

/** Runs everything on a database that nobody else has. */
export async function migrateMemory(sql: Knex): Promise<void> {
  await prepare(sql);
  for (const name of await migrationNames()) await runOne(sql, name, undefined);
}

/** Throws while a migration is pending, or when the schema is newer than this build can bear. */
export async function assertMigrated(executor: Executor): Promise<void> {
  const { dialect, sql } = executor;
  const tables =
    dialect === 'sqlite'
      ? sql('sqlite_master').select('name').where({ type: 'table', name: TABLE })
      : sql('information_schema.tables')
          .select('table_name')
          .where({ table_name: TABLE })
          .whereRaw('table_schema = DATABASE()');
  const known = await migrationNames();
  const there = (await executor.rows(tables)).length > 0;
  const rowsOf = there ? await executor.rows<{ readonly name: string }>(sql(TABLE).select('name').orderBy('id')) : [];
  const done = rowsOf.map(({ name }) => name);
  const left = missing(known, done);
  const unknown = missing(done, known);
  if (left.length > 0) {
    throw new SallyportError(
      'unavailable',
      `Migrations are pending (${left.join(', ')}); run: sallyport migrate sql up`,
    );
  }
  if (unknown.length > NEWER_TOLERATED) {
    throw new SallyportError('unavailable', `The database is newer than this build: it has ${unknown.join(', ')}.`);
  }
}

async function runAll(sql: Knex, lease: Lease, { log, folder }: MigrationOptions): Promise<readonly string[]> {
  const left = missing(await migrationNames(folder), await applied(sql));
  const ran: string[] = [];
  for (const name of left) {
    // Whoever was taken for dead goes back to waiting.
    if (!(await lease.renew())) break;
    log(`Running ${name}.`);
    await runOne(sql, name, folder);
    ran.push(name);
  }
  return ran;
}

async function runOne(sql: Knex, name: string, folder: URL | undefined): Promise<void> {
  const { up: forward } = await loadMigration(name, folder);
  await step(sql, async (on) => {
    await forward(on);
    // Last: if we die before, all of it runs again, and each statement bears that (reliability R-52).
    await on.raw(
      `INSERT INTO ${TABLE} (name, batch, migration_time)
       SELECT ?, COALESCE(MAX(batch), 0) + 1, CURRENT_TIMESTAMP FROM ${TABLE}`,
      [name],
    );
  });
}

/** A transaction where changes of tables can be in one. */
async function step(sql: Knex, work: (on: Knex) => Promise<void>): Promise<void> {
  if (sql.client.dialect === 'mysql') return await work(sql);
  await patiently(() => sql.transaction(work));
}

async function assertEmpty(sql: Knex, name: string, tables: readonly string[]): Promise<void> {
  for (const table of tables) {
    const row: unknown = await sql(table).first(sql.raw('1 AS one'));
    if (row !== undefined) {
      throw new SallyportError('conflict', `Taking back ${name} would delete the rows of ${table}; force it to do so.`);
    }
  }
}

/** The same columns as Knex gives it. */
async function prepare(sql: Knex): Promise<void> {
  const mysql = sql.client.dialect === 'mysql';
  const id = mysql ? 'INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY' : 'INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT';
  await sql.raw(
    `CREATE TABLE IF NOT EXISTS ${TABLE} (id ${id}, name VARCHAR(255), batch INTEGER, migration_time TIMESTAMP NULL)` +
      (mysql ? ' ENGINE=InnoDB DEFAULT CHARSET=utf8mb4' : ''),
  );
}

async function applied(sql: Knex): Promise<readonly string[]> {
  if (!(await sql.schema.hasTable(TABLE))) return [];
  const rows: readonly { readonly name: string }[] = await sql(TABLE).select('name').orderBy('id');
  return rows.map(({ name }) => name);
}

function missing(wanted: readonly string[], there: readonly string[]): readonly string[] {
  return wanted.filter((name) => !there.includes(name));
}

async function using<T>(dsn: Dsn, work: (sql: Knex) => Promise<T>): Promise<T> {
  const sql = knex(knexConfig(dsn));
  try {
    return await work(sql);
  } catch (error) {
    const fault = faultOf(error);
    throw fault === 'lost' || fault === 'away' || fault === 'again' ? unavailable(error) : error;
  } finally {
    await sql.destroy();
  }
}

function migrationLease(sql: Knex, length: number): Lease {
  const write = async (statement: Knex.QueryBuilder | Knex.Raw): Promise<number> =>
    Number(await patiently(() => statement as PromiseLike<unknown>)); // an update answers with its rows
  return createLease({ sql, write }, { name: 'migrations', length });
}

async function underLease<T>(lease: Lease, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await lease.release();
  }
}

/** Again while another process holds the file, or won a deadlock. */
async function patiently<T>(work: () => PromiseLike<T>): Promise<T> {
  const limit = performance.now() + WAIT / 2;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (faultOf(error) !== 'again' || performance.now() > limit) throw error;
      await sleep(20);
    }
  }
}
