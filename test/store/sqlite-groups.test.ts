import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { openStore, sqliteFile, type Place } from './engines.ts';
import { flow } from './samples.ts';

/* Writes that arrive in the same turn share a commit, and are answered after it. */

let at: Place;
let file: string;
let store: Store;

beforeEach(async () => {
  at = await sqliteFile.place();
  file = at.dsn.kind === 'sqlite' ? at.dsn.file : '';
  store = await openStore(at.dsn);
});
afterEach(async () => {
  await store.close();
  await at.remove();
});

/** How many commits the write-ahead log holds (SQLite, "WAL-mode File Format": a commit frame states the size). */
function commits(): number {
  const log = readFileSync(`${file}-wal`);
  const size = 24 + log.readUInt32BE(8);
  const salt = log.subarray(16, 24);
  let count = 0;
  for (let at = 32; at + size <= log.length; at += size) {
    if (!log.subarray(at + 8, at + 16).equals(salt)) break;
    if (log.readUInt32BE(at + 4) > 0) count += 1;
  }
  return count;
}

const insert = async (row: ReturnType<typeof flow>): Promise<void> =>
  await store.transaction(async ({ flows }) => {
    await flows.insert(row);
  });

test('forty writes of one turn are two commits, of as many turns forty', async () => {
  await insert(flow());
  const before = commits();
  const rows = Array.from({ length: 40 }, () => flow());
  await Promise.all(rows.map(insert));
  expect(commits() - before).toBe(2);
  for (const row of rows) expect(await store.flows.find(row.id)).toEqual(row);
  for (const row of Array.from({ length: 40 }, () => flow())) await insert(row);
  expect(commits() - before).toBe(42);
});

test('nobody is told of a write that another process cannot see yet', async () => {
  const other = new DatabaseSync(file, { readOnly: true });
  const find = other.prepare('SELECT count(*) AS found FROM flows WHERE id = ?');
  const rows = Array.from({ length: 70 }, () => flow());
  const found = await Promise.all(
    rows.map(async (row) => {
      await insert(row);
      return find.get(row.id)?.['found'];
    }),
  );
  other.close();
  expect(found).toEqual(rows.map(() => 1));
});

test('one of a group that throws is undone alone', async () => {
  const rows = Array.from({ length: 9 }, () => flow());
  const results = await Promise.allSettled(
    rows.map(
      async (row, i) =>
        await store.transaction(async ({ flows }) => {
          await flows.insert(row);
          if (i % 3 === 0) throw new Error('changed its mind');
        }),
    ),
  );
  expect(results.map(({ status }) => status)).toEqual(rows.map((_, i) => (i % 3 === 0 ? 'rejected' : 'fulfilled')));
  const stored = await Promise.all(rows.map(async (row) => (await store.flows.find(row.id)) !== undefined));
  expect(stored).toEqual(rows.map((_, i) => i % 3 !== 0));
});
