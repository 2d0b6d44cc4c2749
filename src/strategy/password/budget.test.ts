import { describe, expect, test } from 'vitest';

import { SallyportError } from '../../kernel/error.ts';
import { createHashLine, type HashCost, type Place } from './budget.ts';

const home: Place = { network: 'home', known: false };

/** Hashes that end when they are told to. */
function start({ cores = 2, memory = 10, total = 100, took = 100 } = {}) {
  const clock = { at: 0 };
  const line = createHashLine({ total, cores, now: () => clock.at });
  const budget = line.budgetFor(memory);
  const open: (() => void)[] = [];
  const begun: string[] = [];
  const run = (name: string, cost?: HashCost, place = home): Promise<string> =>
    budget.run(
      async () => {
        begun.push(name);
        await new Promise<void>((resolve) => open.push(resolve));
        clock.at += took * (cost?.weight ?? 1);
        return name;
      },
      place,
      cost,
    );
  const endOne = async (): Promise<void> => {
    open.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  /** After so many hashes of one kind the line knows how long one takes. */
  const measure = async (): Promise<void> => {
    for (let i = 0; i < 60; i++) {
      const done = run('measured');
      await endOne();
      await done;
    }
    begun.length = 0;
  };
  return { line, budget, run, begun, endOne, open, measure };
}

function codeOf(error: unknown): unknown {
  return error instanceof SallyportError ? [error.code, error.status, error.retryAfter] : error;
}
const FULL = ['overloaded', 503, 1];

describe('hashes in flight', () => {
  test('are as many as there are processors, and the rest follow in order', async () => {
    const { run, begun, endOne } = start();
    const all = ['a', 'b', 'c', 'd'].map((name) => run(name));
    expect(begun).toEqual(['a', 'b']);
    await endOne();
    expect(begun).toEqual(['a', 'b', 'c']);
    for (let i = 0; i < 3; i++) await endOne();
    expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd']);
  });

  test('of two configurations wait in one line', async () => {
    const { line, run, begun, endOne } = start({ cores: 2, memory: 10, total: 40 });
    const later = line.budgetFor(20);
    const all = [run('a'), run('b'), later.run(async () => void begun.push('c'), home)];
    expect(begun).toEqual(['a', 'b']);
    await endOne();
    expect(begun).toEqual(['a', 'b', 'c']);
    await endOne();
    await Promise.all(all);
  });

  test('never take more memory than all may', async () => {
    const { run, begun, endOne } = start({ cores: 8, memory: 40, total: 100 });
    const all = ['a', 'b', 'c'].map((name) => run(name));
    expect(begun).toEqual(['a', 'b']);
    for (let i = 0; i < 3; i++) await endOne();
    await Promise.all(all);
  });

  test('wait for a large one from elsewhere, which waits for room', async () => {
    const { run, begun, endOne } = start({ cores: 8 });
    const all = [run('a'), run('large', { memory: 95 }), run('b')];
    expect(begun).toEqual(['a']);
    await endOne();
    expect(begun).toEqual(['a', 'large']);
    await endOne();
    expect(begun).toEqual(['a', 'large', 'b']);
    await endOne();
    await Promise.all(all);
  });

  test('give their place back when they fail', async () => {
    const { budget } = start({ cores: 1 });
    for (let i = 0; i < 3; i++) {
      await expect(budget.run(() => Promise.reject(new Error('broken')), home)).rejects.toThrow('broken');
    }
    expect(await budget.run(() => Promise.resolve('fine'), home)).toBe('fine');
  });

  test('one always may, even where the configured hash is above the budget', async () => {
    const { budget } = start({ memory: 500, total: 100 });
    expect(await budget.run(() => Promise.resolve(1), home)).toBe(1);
    expect(budget.fits(500)).toBe(true);
    expect(budget.fits(501)).toBe(false);
  });
});

describe('the line', () => {
  test('is no longer than a second of work as measured, and who comes then is told when to come again', async () => {
    const { budget, run, endOne, begun, measure } = start({ cores: 1, took: 200 });
    await measure();
    const waiting = Array.from({ length: 6 }, () => run('x').catch(codeOf));
    expect(begun).toHaveLength(1);
    expect(codeOf(await run('too many').catch((error: unknown) => error))).toEqual(FULL);
    expect(() => budget.admit(home)).toThrow(SallyportError);
    for (let i = 0; i < 6; i++) await endOne();
    expect(await Promise.all(waiting)).toEqual(Array.from({ length: 6 }, () => 'x'));
    expect(() => budget.admit(home)).not.toThrow();
  });

  test('counts a dear hash for as many as it takes the time of', async () => {
    const { run, endOne, measure } = start({ cores: 1, took: 200 });
    await measure();
    const all = [run('a'), run('dear', { weight: 4 }), run('b')];
    expect(codeOf(await run('c').catch((error: unknown) => error))).toEqual(FULL);
    for (let i = 0; i < 3; i++) await endOne();
    expect(await Promise.all(all)).toEqual(['a', 'dear', 'b']);
    // What a dear one took says nothing else about the cheap ones.
    const after = Array.from({ length: 6 }, () => run('x'));
    for (let i = 0; i < 6; i++) await endOne();
    expect(await Promise.all(after)).toHaveLength(6);
  });

  test('sixty in flight from one network do not keep another out: each of its hashes is the next but one', async () => {
    const { budget, run, begun, endOne, measure } = start({ cores: 1, took: 50 });
    await measure();
    const crowd: Place = { network: 'crowd', known: false };
    const turned: unknown[] = [];
    let sent = 0;
    const send = (): void => {
      sent += 1;
      void run(`crowd ${sent}`, undefined, crowd).catch((error: unknown) => turned.push(codeOf(error)));
    };
    for (let i = 0; i < 60; i++) send();
    await endOne();
    for (let n = 0; n < 9; n++) {
      expect(() => budget.admit(home)).not.toThrow();
      const own = run(`home ${n}`);
      for (let i = 0; i < 10; i++) send();
      await endOne();
      await endOne();
      await endOne();
      expect(await own).toBe(`home ${n}`);
    }
    expect(begun.filter((name) => name.startsWith('home'))).toHaveLength(9);
    expect(turned.length).toBeGreaterThan(0);
    expect(turned.every((each) => JSON.stringify(each) === JSON.stringify(FULL))).toBe(true);
  });

  test('turns a waiting stranger away for a known person of the same network', async () => {
    const { run, endOne, begun, measure } = start({ cores: 1, took: 500 });
    await measure();
    const all = [run('a'), run('b'), run('c').catch(codeOf), run('known', undefined, { ...home, known: true })];
    expect(await all[2]).toEqual(FULL);
    for (let i = 0; i < 3; i++) await endOne();
    await Promise.all(all);
    expect(begun).toEqual(['a', 'known', 'b']);
  });
});

test('what is to be done behind a hash is tried until it is done', async () => {
  const answers = [false, false, true];
  let asked = 0;
  const line = createHashLine({ total: 100, cores: 1, now: () => 0, settle: () => answers[asked++] ?? true });
  for (let n = 0; n < 6; n += 1) await line.budgetFor(1).run(() => Promise.resolve(), { network: 'a', known: false });
  expect(asked).toBe(3);
});
