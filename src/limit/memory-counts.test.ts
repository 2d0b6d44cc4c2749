import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { LimitStore } from './limit.ts';
import { createMemoryCounts } from './memory-counts.ts';

const HOUR = 3_600_000;
const NOW = 1_000_000;

/** A table that several processes share. */
function table() {
  const rows = new Map<string, { count: number; endsAt: number }>();
  const asked = { reads: 0, writes: 0, away: false };
  const store: Pick<LimitStore, 'count' | 'read'> = {
    read(key, now) {
      asked.reads += 1;
      if (asked.away) return Promise.reject(new Error('away'));
      const row = rows.get(key);
      return Promise.resolve(row === undefined || row.endsAt <= now ? { count: 0, endsAt: now } : { ...row });
    },
    count(key, windowMs, now, by = 1) {
      asked.writes += 1;
      if (asked.away) return Promise.reject(new Error('away'));
      const row = rows.get(key);
      const next =
        row === undefined || row.endsAt <= now
          ? { count: by, endsAt: now + windowMs }
          : { ...row, count: row.count + by };
      rows.set(key, next);
      return Promise.resolve({ ...next });
    },
  };
  return { store, asked, rows };
}

const processOf = (store: ReturnType<typeof table>['store'], most = 100) =>
  createMemoryCounts({ store, wait: 1_000, most });

describe('counters in memory', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('count each, ask the database once and write once a second', async () => {
    const { store, asked, rows } = table();
    const counts = processOf(store);
    const found = [];
    for (let n = 0; n < 50; n += 1) found.push((await counts.count('a', HOUR, NOW + n)).count);
    expect(found).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
    expect(asked).toMatchObject({ reads: 1, writes: 0 });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(asked.writes).toBe(1);
    expect(rows.get('a')).toEqual({ count: 50, endsAt: NOW + HOUR });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(asked.writes).toBe(1); // nothing new
  });

  test('are exact however many come at the same moment', async () => {
    const { store, asked } = table();
    const counts = processOf(store);
    const found = await Promise.all(Array.from({ length: 40 }, async () => (await counts.count('a', HOUR, NOW)).count));
    expect(found.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
    expect(asked.reads).toBe(1);
  });

  test('of several processes see each other', async () => {
    const { store } = table();
    const [one, other] = [processOf(store), processOf(store)];
    for (let n = 0; n < 7; n += 1) await one.count('a', HOUR, NOW);
    await one.flush();
    expect((await other.count('a', HOUR, NOW + 5)).count).toBe(8);
    await other.flush();
    await one.count('a', HOUR, NOW + 9);
    await one.flush();
    expect(await one.read('a', NOW + 10)).toEqual({ count: 9, endsAt: NOW + HOUR });
  });

  test('of a process that begins go on where another one ended', async () => {
    const { store } = table();
    const before = processOf(store);
    for (let n = 0; n < 3; n += 1) await before.count('a', HOUR, NOW);
    await before.flush();
    expect(await processOf(store).count('a', HOUR, NOW + 1)).toEqual({ count: 4, endsAt: NOW + HOUR });
  });

  test('begin anew when their time is over, also when many come then', async () => {
    const { store } = table();
    const counts = processOf(store);
    for (let n = 0; n < 5; n += 1) await counts.count('a', HOUR, NOW);
    await counts.flush();
    const later = NOW + HOUR;
    const found = await Promise.all([1, 2, 3].map(async () => (await counts.count('a', HOUR, later)).count));
    expect(found.toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
    await counts.flush();
    expect(await store.read('a', later + 1)).toEqual({ count: 3, endsAt: later + HOUR });
  });

  test('are kept while the database is away, and written when it is back', async () => {
    const { store, asked, rows } = table();
    const counts = processOf(store);
    await counts.count('a', HOUR, NOW);
    asked.away = true;
    await vi.advanceTimersByTimeAsync(5_000);
    expect((await counts.count('a', HOUR, NOW + 1)).count).toBe(2);
    asked.away = false;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(rows.get('a')?.count).toBe(2);
  });

  test('that cannot be read are not counted, and read at the next try', async () => {
    const { store, asked } = table();
    const counts = processOf(store);
    asked.away = true;
    await expect(counts.count('a', HOUR, NOW)).rejects.toThrow('away');
    asked.away = false;
    expect((await counts.count('a', HOUR, NOW)).count).toBe(1);
  });

  test('are dropped when there are too many, but never one that is not written yet', async () => {
    const { store, asked } = table();
    const counts = processOf(store, 2);
    for (const key of ['a', 'b', 'c', 'd']) await counts.count(key, HOUR, NOW);
    expect((await counts.count('a', HOUR, NOW)).count).toBe(2);
    expect(asked.reads).toBe(4);
    await counts.flush();
    await counts.count('e', HOUR, NOW);
    expect((await counts.count('b', HOUR, NOW)).count).toBe(2); // from the database
    expect(asked.reads).toBe(6);
  });
});
