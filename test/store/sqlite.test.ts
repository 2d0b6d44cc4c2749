import { existsSync, statSync, writeFileSync, openSync, writeSync, closeSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { rejectedOutcome } from '../../src/flow/journal.ts';
import { createStore } from '../../src/store/knex/create-store.ts';
import { openSqlite } from '../../src/store/knex/sqlite/open-sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import { clock, openStore, quiet, random, sqliteFile, type Place } from './engines.ts';
import { flow, identity, journal, session, tokenHash } from './samples.ts';

describe('a SQLite file', () => {
  let at: Place;
  let file: string;
  let store: Store;
  const insert = async (row = flow()) => await store.transaction(async ({ flows }) => flows.insert(row));

  beforeEach(async () => {
    at = await sqliteFile.place();
    file = at.dsn.kind === 'sqlite' ? at.dsn.file : '';
    store = await openStore(at.dsn);
  });
  afterEach(async () => {
    await store.close();
    await at.remove();
  });

  test('and its folder are made for nobody else to read', async () => {
    await insert();
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
    for (const each of [file, `${file}-wal`, `${file}-shm`]) expect(statSync(each).mode & 0o777).toBe(0o600);
  });

  test('is opened with every setting we rely on', async () => {
    for (const as of ['writer', 'reader'] as const) {
      const database = await openSqlite(file, as);
      const found = Object.fromEntries(
        [
          'journal_mode',
          'synchronous',
          'foreign_keys',
          'trusted_schema',
          'temp_store',
          'mmap_size',
          'cache_size',
          'busy_timeout',
        ].map((name) => [name, Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]]),
      );
      database.close();
      expect(found).toEqual({
        journal_mode: 'wal',
        synchronous: 2,
        foreign_keys: 1,
        trusted_schema: 0,
        temp_store: 2,
        mmap_size: 0,
        cache_size: as === 'writer' ? -16_384 : -65_536,
        busy_timeout: 50,
      });
    }
  });

  test('shares its journal with a version that knows no coded outcomes', async () => {
    const row = flow();
    await insert(row);
    const outcome = rejectedOutcome({ code: 'bad_request', reason: 'no: body' });
    await store.transaction(({ flows }) => flows.record(journal(row, { id: 'new', outcome })));
    const beside = new DatabaseSync(file);
    const older = (id: string, text: string): void =>
      void beside
        .prepare(
          'INSERT INTO flow_journal (id, flow_id, kind, outcome, steps, at, keep_until) VALUES (?, ?, ?, ?, ?, 1, 1)',
        )
        .run(id, row.id, 'login', text, '[{"state":"form.checking","event":"strategy.reject","ms":1}]');
    older('1', 'failed: hook_failed: A hook failed. (why: so)');
    older('2', 'form.waiting');
    const read = beside.prepare("SELECT outcome FROM flow_journal WHERE id = 'new'").get();
    beside.close();
    expect(read).toEqual({ outcome: 'refused: bad_request: no: body' });
    expect((await store.flows.journal(row.id)).map((each) => each.outcome)).toEqual([
      { kind: 'failed', code: 'hook_failed', reason: 'A hook failed. (why: so)' },
      { kind: 'refused', code: 'form.waiting', reason: undefined },
      outcome,
    ]);
  });

  test('begins every transaction for writing', async () => {
    const events: string[] = [];
    const watched = await createStore(at.dsn, {
      clock,
      random,
      log: quiet,
      watch: ({ what }) => void events.push(what),
    });
    const other = new DatabaseSync(file, { timeout: 0 });
    await watched.transaction(async ({ flows }) => {
      await flows.find(flow().id);
      expect(() => other.exec('BEGIN IMMEDIATE')).toThrow('locked');
    });
    other.close();
    await watched.close();
    expect(events).toEqual(['begin', 'statement', 'commit', 'committed']);
  });

  test('locked by another process is waited for, asleep, while reads go on', async () => {
    const person = identity();
    const made = session(person);
    await store.transaction(async (unit) => {
      await unit.identities.insert(person, []);
      await unit.sessions.insert(made, tokenHash('x'), { version: 1 }, undefined);
    });
    const other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE');
    const rows = Array.from({ length: 5 }, () => flow());
    const writes = Promise.all(rows.map(async (row) => await insert(row)));
    let turns = 0;
    const loop = setInterval(() => (turns += 1), 1);
    for (let i = 0; i < 20; i++) {
      expect((await store.sessions.findByToken(tokenHash('x')))?.session.id).toBe(made.id);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    clearInterval(loop);
    other.exec('COMMIT');
    other.close();
    await writes;
    expect(turns).toBeGreaterThan(2);
    for (const row of rows) expect(await store.flows.find(row.id)).toEqual(row);
  });

  test('written by two processes at once loses and refuses nothing', async () => {
    const other = await createStore(at.dsn, { clock, random, log: quiet });
    const person = identity({ traits: { n: 0 } });
    await store.transaction(async ({ identities }) => identities.insert(person, []));
    const increment = async (on: Store) =>
      await on.transaction(async ({ identities }) => {
        const found = await identities.find(person.id);
        if (found === undefined) throw new Error('gone');
        return await identities.update({ ...found, traits: { n: Number(found.traits['n']) + 1 } }, {});
      });
    const results = await Promise.all(
      Array.from({ length: 60 }, async (_, i) => await increment(i % 2 ? store : other)),
    );
    await other.close();
    expect(results.filter((each) => each !== undefined)).toEqual([]);
    expect((await store.identities.find(person.id))?.traits).toEqual({ n: 60 });
  });

  test.each([
    ['that is full', 'max_page_count = 1', 'max_page_count = 1073741823'],
    ['that is read-only', 'query_only = ON', 'query_only = OFF'],
  ])('%s refuses writes with 503, keeps reading, and recovers by itself', async (_what, hinder, lift) => {
    const person = identity();
    await store.transaction(async ({ identities }) => identities.insert(person, []));
    const big = flow({ context: { text: 'x'.repeat(1_000_000) } });
    const { hindered, writer } = await withWriter(file);
    writer.exec(`PRAGMA ${hinder}`);
    const write = async () => await hindered.transaction(async ({ flows }) => flows.insert(big));
    await expect(write()).rejects.toMatchObject({ code: 'unavailable', status: 503, retryAfter: 1 });
    expect((await hindered.identities.find(person.id))?.id).toBe(person.id);
    expect(await hindered.flows.find(big.id)).toBeUndefined();
    writer.exec(`PRAGMA ${lift}`);
    await write();
    expect((await hindered.flows.find(big.id))?.id).toBe(big.id);
    await hindered.close();
  });

  test('that is damaged stops all writing and says so once', async () => {
    for (let i = 0; i < 20; i++) await insert();
    await store.close();
    const page = rootPage(file, 'flows');
    const handle = openSync(file, 'r+');
    writeSync(handle, Buffer.alloc(4096, 0xa5), 0, 4096, (page - 1) * 4096);
    closeSync(handle);
    const said: string[] = [];
    const broken = await createStore(at.dsn, {
      clock,
      random,
      log: { ...quiet, warn: (text) => void said.push(text) },
    });
    const fail = async () => await broken.transaction(async ({ flows }) => flows.insert(flow()));
    await expect(fail()).rejects.toMatchObject({ code: 'unavailable' });
    await expect(fail()).rejects.toMatchObject({ code: 'unavailable' });
    await expect(broken.ready()).rejects.toMatchObject({ code: 'unavailable' });
    await broken.close();
    expect(said).toEqual([expect.stringContaining('damaged')]);
  });

  test('that is no database is refused with the reason', async () => {
    await store.close();
    writeFileSync(file, 'this is not a database, it is a letter to a friend of mine '.repeat(200));
    await expect(createStore(at.dsn, { clock, random, log: quiet })).rejects.toMatchObject({
      code: 'unavailable',
      reason: expect.stringContaining('not a database'),
    });
  });

  test('is not made by asking for its state', async () => {
    const { pendingMigrations } = await import('../../src/store/knex/migration/migrate.ts');
    expect(await pendingMigrations({ kind: 'sqlite', file: `${file}.other` })).not.toEqual([]);
    expect(existsSync(`${file}.other`)).toBe(false);
  });
});

function rootPage(file: string, table: string): number {
  const database = new DatabaseSync(file);
  const row = database.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(table);
  database.close();
  return Number(row?.['rootpage']);
}

/** A store and the connection it writes with, for what cannot be done to a file as root. */
async function withWriter(file: string): Promise<{ readonly hindered: Store; readonly writer: DatabaseSync }> {
  const spy = vi.spyOn(DatabaseSync.prototype, 'exec');
  const hindered = await createStore({ kind: 'sqlite', file }, { clock, random, log: quiet });
  const writer = spy.mock.contexts.find((each) => each instanceof DatabaseSync);
  spy.mockRestore();
  if (writer === undefined) throw new Error('no writer');
  return { hindered, writer };
}
