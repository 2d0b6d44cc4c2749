import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import knex, { type Knex } from 'knex';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Dsn } from '../../src/config/config.ts';
import { createStore } from '../../src/store/knex/create-store.ts';
import { knexConfig } from '../../src/store/knex/knex-config.ts';
import { withDatabase } from '../../src/store/knex/migration/migrated-database.ts';
import { createMigrationTable } from '../../src/store/knex/migration/migration-table.ts';
import { loadMigration, migrationNames, migrationSource } from '../../src/store/knex/migration/migration-source.ts';
import { migrateDown, migrateUp, migrationStatus, pendingMigrations } from '../../src/store/knex/migration/migrate.ts';
import { clock, durable, quiet, random, type Place } from './engines.ts';
import { flow } from './samples.ts';

const silent = { log: () => undefined };
const LEASE = 1_500;

describe.each(durable)('$name', ({ place }) => {
  let at: Place;
  let folder: string;
  beforeEach(async () => {
    at = await place();
    folder = mkdtempSync(join(tmpdir(), 'sallyport-migrations-'));
  });
  afterEach(async () => {
    await at.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  /** This build's migrations with more behind them. */
  function withMigrations(more: Readonly<Record<string, string>>): URL {
    const copy = join(folder, 'migrations');
    cpSync(new URL('../../migrations', import.meta.url), copy, { recursive: true });
    for (const [name, text] of Object.entries(more)) writeFileSync(join(copy, `${name}.js`), text);
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    return pathToFileURL(`${copy}/`);
  }

  test('up, down and up again end with the same tables', async () => {
    const names = await migrationNames();
    expect(await pendingMigrations(at.dsn)).toEqual(names);
    expect(await migrateUp(at.dsn, silent)).toEqual(names);
    const first = await schema(at.dsn);
    expect(await migrateUp(at.dsn, silent)).toEqual([]);
    expect(await migrationStatus(at.dsn)).toEqual(names.map((name) => ({ name, applied: true })));

    for (const name of names.toReversed()) {
      const before = await schema(at.dsn);
      expect(await migrateDown(at.dsn, { ...silent, steps: 1 })).toEqual([name]);
      expect(await migrateUp(at.dsn, { ...silent, folder: upTo(name) })).toEqual([name]);
      expect(await schema(at.dsn)).toEqual(before);
      await migrateDown(at.dsn, { ...silent, steps: 1 });
    }
    await migrateUp(at.dsn, silent);
    expect(await schema(at.dsn)).toEqual(first);
    await migrateDown(at.dsn, { ...silent, steps: 99 });
    expect(Object.keys(await schema(at.dsn))).toEqual(['knex_migrations', 'migration_lease']);
  });

  test('taking back is refused where rows would be lost, unless it is forced', async () => {
    await migrateUp(at.dsn, silent);
    const store = await createStore(at.dsn, { clock, random, log: quiet });
    await store.transaction(async ({ flows }) => flows.insert(flow()));
    await store.close();
    await expect(migrateDown(at.dsn, { ...silent, steps: 99 })).rejects.toMatchObject({ code: 'conflict' });
    expect((await migrationStatus(at.dsn)).filter(({ applied }) => applied).at(-1)?.name).toBe('0003_flows');
    expect(await migrateDown(at.dsn, { ...silent, steps: 99, force: true })).toHaveLength(3);
  });

  test("Knex's own command line sees the same state, and the other way round", async () => {
    const sql = knex({ ...knexConfig(at.dsn), migrations: { migrationSource } });
    try {
      await sql.migrate.latest();
      expect(await pendingMigrations(at.dsn)).toEqual([]);
      await migrateDown(at.dsn, { ...silent, steps: 1 });
      const [, left] = await sql.migrate.list();
      expect(left).toHaveLength(1);
    } finally {
      await sql.destroy();
    }
  });

  test('a server is not ready while migrations are pending, nor when the schema is much newer', async () => {
    const store = await createStore(at.dsn, { clock, random, log: quiet });
    try {
      await expect(store.ready()).rejects.toMatchObject({
        code: 'unavailable',
        reason: expect.stringContaining('migrate sql up'),
      });
      await migrateUp(at.dsn, silent);
      await store.ready();
      const newer = (name: string): string =>
        `export async function up() {} export async function down() {} // ${name}`;
      await migrateUp(at.dsn, { ...silent, folder: withMigrations({ '0900_next': newer('a') }) });
      await store.ready();
      await migrateUp(at.dsn, {
        ...silent,
        folder: withMigrations({ '0900_next': newer('a'), '0901_after': newer('b') }),
      });
      await expect(store.ready()).rejects.toMatchObject({ reason: expect.stringContaining('0901_after') });
    } finally {
      await store.close();
    }
  });

  test('of ten migrators at once one works, the others wait, and none fails', async () => {
    const results = await Promise.all(Array.from({ length: 10 }, async () => await migrateUp(at.dsn, silent)));
    expect(results.flat().toSorted()).toEqual(await migrationNames());
    expect(results.filter((ran) => ran.length > 0)).toHaveLength(1);
  });

  test('two processes migrate at once; both succeed and each migration runs once', async () => {
    const both = await Promise.all([1, 2].map(async () => await finished(migrator(at.dsn))));
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    const ran = both.flatMap(({ output }) => output.filter((line) => line.startsWith('Running')));
    expect(ran).toHaveLength((await migrationNames()).length);
  });

  test('a migrator killed in the middle is taken over when its lease has run out, and the rest completes', async () => {
    const hang = `
      export async function up(knex) {
        await knex.raw('CREATE TABLE IF NOT EXISTS half (id INT PRIMARY KEY)');
        if (process.env.HANG) { console.log('HANGING'); setInterval(() => {}, 1000); await new Promise(() => {}); }
        await knex.raw('CREATE TABLE IF NOT EXISTS whole (id INT PRIMARY KEY)');
      }
      export async function down(knex) { await knex.raw('DROP TABLE whole'); await knex.raw('DROP TABLE half'); }`;
    const more = withMigrations({ '0900_hang': hang });
    const victim = migrator(at.dsn, more, { HANG: '1' });
    await saying(victim, 'HANGING');
    const gone = once(victim, 'exit');
    victim.kill('SIGKILL');
    await gone;

    const waiting: string[] = [];
    const ran = await migrateUp(at.dsn, { log: (line) => waiting.push(line), folder: more, lease: LEASE });
    expect(ran).toEqual(['0900_hang']);
    expect(waiting[0]).toContain('waiting');
    const tables = Object.keys(await schema(at.dsn));
    expect(tables).toEqual(expect.arrayContaining(['half', 'whole', 'identities', 'notes']));
  });

  test('a migration can be stopped after any of its statements and run again', async () => {
    await withDatabase(at.dsn, createMigrationTable); // the list is made before any of them
    for (const name of await migrationNames()) {
      const whole = await statementsOf(at.dsn, name, Infinity, false);
      await schemaWithout(at.dsn, name);
      for (let stop = 0; stop < whole; stop++) {
        await statementsOf(at.dsn, name, stop, true);
      }
      await migrateUp(at.dsn, { ...silent, folder: upTo(name) });
    }
    const restarted = await schema(at.dsn);
    await migrateDown(at.dsn, { ...silent, steps: 99 });
    await migrateUp(at.dsn, silent);
    expect(await schema(at.dsn)).toEqual(restarted);
  });

  function upTo(name: string): URL {
    const target = join(folder, `upto-${name}`);
    cpSync(new URL('../../migrations', import.meta.url), target, {
      recursive: true,
      filter: (source) => !/\/\d{4}_/.test(source) || (/(\d{4}_\w+)\.ts$/.exec(source)?.[1] ?? '') <= name,
    });
    cpSync(new URL('../../package.json', import.meta.url), join(folder, 'package.json'));
    return pathToFileURL(`${target}/`);
  }
});

/** Runs `up` of a migration, breaking off after `stop` statements; how many it ran. Without `keep` it is taken back. */
async function statementsOf(dsn: Dsn, name: string, stop: number, keep: boolean): Promise<number> {
  const migration = await loadMigration(name);
  const sql = knex(knexConfig(dsn));
  let count = 0;
  const counting = new Proxy(sql, {
    get: (target, key) => {
      if (key !== 'raw') return Reflect.get(target, key);
      return (text: string, bindings?: readonly string[]) => {
        if (count >= stop) throw new Error('broken off');
        count += 1;
        return target.raw(text, bindings ?? []);
      };
    },
  });
  try {
    await migration.up(counting).catch((error: unknown) => {
      if (!(error instanceof Error) || error.message !== 'broken off') throw error;
    });
    if (!keep) await migration.down(sql);
    return count;
  } finally {
    await sql.destroy();
  }
}

async function schemaWithout(dsn: Dsn, name: string): Promise<void> {
  const { down } = await loadMigration(name);
  const sql = knex(knexConfig(dsn));
  try {
    await down(sql);
  } finally {
    await sql.destroy();
  }
}

/** Every table's definition, as the engine tells it. */
async function schema(dsn: Dsn): Promise<Readonly<Record<string, unknown>>> {
  const sql = knex(knexConfig(dsn));
  try {
    return dsn.kind === 'mysql' ? await mysqlSchema(sql) : await sqliteSchema(sql);
  } finally {
    await sql.destroy();
  }
}

async function sqliteSchema(sql: Knex): Promise<Readonly<Record<string, unknown>>> {
  const rows: readonly { tbl_name: string; sql: string }[] = await sql('sqlite_master')
    .whereNotNull('sql')
    .whereNot('name', 'like', 'sqlite_%')
    .orderBy(['tbl_name', 'name']);
  return Object.fromEntries(Map.groupBy(rows, (row) => row.tbl_name));
}

async function mysqlSchema(sql: Knex): Promise<Readonly<Record<string, unknown>>> {
  const tables: readonly { name: string }[] = await sql('information_schema.tables')
    .select({ name: 'table_name' })
    .whereRaw('table_schema = DATABASE()')
    .orderBy('table_name');
  const entries: [string, string][] = [];
  for (const { name } of tables) {
    const [rows] = await sql.raw(`SHOW CREATE TABLE ${name}`);
    entries.push([name, String(rows[0]['Create Table']).replace(/ AUTO_INCREMENT=\d+/, '')]);
  }
  return Object.fromEntries(entries);
}

function migrator(dsn: Dsn, folder?: URL, env: Readonly<Record<string, string>> = {}): ChildProcess {
  const program = `
    import { migrateUp } from ${JSON.stringify(new URL('../../src/store/knex/migration/migrate.ts', import.meta.url).href)};
    const folder = process.env.FOLDER;
    await migrateUp(JSON.parse(process.env.TARGET), {
      log: console.log, lease: ${LEASE}, ...(folder && { folder: new URL(folder) }),
    });
    process.exit(0);`;
  return spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '', TARGET: JSON.stringify(dsn), FOLDER: folder?.href ?? '', ...env },
  });
}

async function finished(child: ChildProcess): Promise<{ readonly code: unknown; readonly output: readonly string[] }> {
  let text = '';
  child.stdout?.on('data', (chunk) => (text += String(chunk)));
  const [code] = await once(child, 'close');
  return { code, output: text.split('\n') };
}

async function saying(child: ChildProcess, word: string): Promise<void> {
  let text = '';
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk);
    if (text.includes(word)) return;
  }
  throw new Error(`It ended without saying ${word}: ${text}`);
}
