import { describe, expect, test } from 'vitest';
import { createRefusalGrid, type Count } from './refusal-grid.ts';
import type { StoredHash } from './stored-hash.ts';

const DAY = 24 * 3_600_000;

const stored = (kind: string, price: number): StoredHash => ({
  kind,
  price,
  memory: 0,
  longest: 1_024,
  verify: () => Promise.resolve(false),
});
const own = stored('own', 1);

/** A clock that only moves when somebody sleeps or lets it; a hash takes 25 ms for each unit of its price. */
function start(count: Count | undefined = () => Promise.resolve()) {
  const clock = { at: 1_000 };
  const measured: string[] = [];
  const slept: number[] = [];
  const grid = createRefusalGrid({
    measure(hash) {
      measured.push(`${hash.kind} ${hash.price}`);
      return Promise.resolve(hash.price * 25);
    },
    now: () => clock.at,
    sleep(milliseconds) {
      slept.push(milliseconds);
      return Promise.resolve();
    },
  });
  if (count !== undefined) grid.countBy(count);
  /** When somebody is answered whose hash took so long; milliseconds after it began. */
  const answered = async (took: number, spellings = 1): Promise<number> => {
    await grid.wait({ began: clock.at - took, spellings, own, most: 10 });
    return took + (slept.pop() ?? 0);
  };
  return { grid, clock, measured, answered };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a refusal is answered', () => {
  test('where nothing else is stored, after twice what our own hash takes', async () => {
    const { answered } = start();
    await settled();
    for (const took of [0, 1, 24, 25, 49]) expect(await answered(took)).toBe(50);
  });

  test('at one time whatever its own hash took, as long as the dearest that is stored', async () => {
    const { answered, measured } = start((note) => {
      note(stored('digest', 0));
      note(stored('bcrypt', 4));
      note(stored('scrypt', 2));
      return Promise.resolve();
    });
    await settled();
    for (const took of [0, 25, 50, 100, 199]) expect(await answered(took)).toBe(200);
    // Each kind is measured once.
    expect(measured.toSorted()).toEqual(['bcrypt 4', 'digest 0', 'own 1', 'scrypt 2']);
  });

  test('at a step of twice or four times the length, while a busy machine takes longer, whoever it is for', async () => {
    const { answered, clock } = start();
    await settled();
    expect(await answered(51)).toBe(100);
    for (const took of [0, 25, 99]) expect(await answered(took)).toBe(100);
    expect(await answered(101)).toBe(200);
    for (const took of [0, 25, 99]) expect(await answered(took)).toBe(200);
    // No longer than that, whatever one check took: then they go on by steps.
    expect(await answered(5_001)).toBe(5_200);
    expect(await answered(25)).toBe(200);
    clock.at += 2 * 60_000;
    expect(await answered(25)).toBe(50);
  });

  test('after kinds were measured one at a time, and one that could not be is measured again', async () => {
    const open: ((took: number | undefined) => void)[] = [];
    const grid = createRefusalGrid({
      measure: () =>
        new Promise((resolve, reject) =>
          open.push((took) => (took === undefined ? reject(new Error('no thread')) : resolve(took))),
        ),
      now: () => 0,
      sleep: () => Promise.resolve(),
    });
    grid.countBy((note) => {
      note(stored('bcrypt', 4));
      return Promise.resolve();
    });
    await settled();
    const refused = { began: 0, spellings: 1, own, most: 10 };
    let waited = grid.wait(refused);
    for (const took of [25, undefined]) {
      await settled();
      expect(open).toHaveLength(1);
      open.pop()?.(took);
    }
    await waited;
    waited = grid.wait(refused);
    await settled();
    open.pop()?.(100);
    await waited;
    expect(open).toEqual([]);
  });

  test('in longer steps for a password that is tried in two spellings', async () => {
    const { answered } = start();
    await settled();
    for (const took of [10, 60, 100]) expect(await answered(took, 2)).toBe(100);
  });
});

describe('what is stored', () => {
  test('is learned from whatever comes by: the dearest of each kind counts', async () => {
    const { grid, answered, measured } = start();
    await settled();
    expect(await answered(10)).toBe(50);
    grid.note(stored('bcrypt', 2));
    expect(await answered(10)).toBe(100);
    grid.note(stored('bcrypt', 4));
    expect(await answered(10)).toBe(200);
    grid.note(stored('bcrypt', 3));
    expect(await answered(10)).toBe(200);
    expect(measured).toEqual(['own 1', 'bcrypt 2', 'bcrypt 4']);
  });

  test('may be anything until it was counted', async () => {
    const open: (() => void)[] = [];
    const { answered } = start(() => new Promise((resolve) => open.push(resolve)));
    expect(await answered(10)).toBe(500);
    open[0]?.();
    await settled();
    expect(await answered(10)).toBe(50);
  });

  test('is counted again after a while where the database was away, and until then may be anything', async () => {
    let away = true;
    let counts = 0;
    const { clock, answered } = start(() => {
      counts += 1;
      return away ? Promise.reject(new Error('away')) : Promise.resolve();
    });
    await settled();
    expect(await answered(10)).toBe(500);
    expect(counts).toBe(1);
    away = false;
    clock.at += 10_001;
    await answered(10);
    await settled();
    expect([await answered(10), counts]).toEqual([50, 2]);
  });

  test('is counted once a day: a kind that has gone is waited for no longer, one that came meanwhile is', async () => {
    let kinds = [stored('bcrypt', 4)];
    const { grid, clock, answered } = start((note) => {
      for (const kind of kinds) note(kind);
      return settled();
    });
    await settled();
    await settled();
    expect(await answered(10)).toBe(200);
    kinds = [];
    clock.at += DAY;
    expect(await answered(10)).toBe(200);
    await settled();
    await settled();
    expect(await answered(10)).toBe(200);
    clock.at += 1;
    await answered(10);
    grid.note(stored('scrypt', 3));
    await settled();
    await settled();
    expect(await answered(10)).toBe(150);
  });

  test('is counted for the first configuration of the process alone', async () => {
    const { grid, answered } = start();
    grid.countBy((note) => {
      note(stored('bcrypt', 4));
      return Promise.resolve();
    });
    await settled();
    expect(await answered(10)).toBe(50);
  });
});
