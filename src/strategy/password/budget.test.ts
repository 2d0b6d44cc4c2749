import { describe, expect, test } from 'vitest';

import { SallyportError } from '../../kernel/error.ts';
import { createHashLine } from './budget.ts';

/** Hashes that end when they are told to. */
function start({ cores = 2, memory = 10, total = 100, took = 100 } = {}) {
  const clock = { at: 0 };
  const line = createHashLine({ total, cores, now: () => clock.at });
  const budget = line.budgetFor(memory);
  const open: (() => void)[] = [];
  const begun: string[] = [];
  const run = (name: string, cost?: number): Promise<string> =>
    budget.run(async () => {
      begun.push(name);
      await new Promise<void>((resolve) => open.push(resolve));
      clock.at += took;
      return name;
    }, cost);
  const endOne = async (): Promise<void> => {
    open.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { line, budget, run, begun, endOne, open };
}

function codeOf(error: unknown): unknown {
  return error instanceof SallyportError ? [error.code, error.status, error.retryAfter] : error;
}

describe('hashes in flight', () => {
  test('of two configurations wait in one line', async () => {
    const { line, run, begun, endOne } = start({ cores: 2, memory: 10, total: 40 });
    const later = line.budgetFor(20);
    const all = [run('a'), run('b'), later.run(async () => void begun.push('c'))];
    expect(begun).toEqual(['a', 'b']);
    await endOne();
    expect(begun).toEqual(['a', 'b', 'c']);
    await endOne();
    await Promise.all(all);
  });

  test('are as many as there are processors, and the rest follow in order', async () => {
    const { run, begun, endOne } = start();
    const all = ['a', 'b', 'c', 'd'].map((name) => run(name));
    expect(begun).toEqual(['a', 'b']);
    await endOne();
    expect(begun).toEqual(['a', 'b', 'c']);
    for (let i = 0; i < 3; i++) await endOne();
    expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd']);
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
    const all = [run('a'), run('large', 95), run('b')];
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
      await expect(budget.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    }
    expect(await budget.run(() => Promise.resolve('fine'))).toBe('fine');
  });

  test('one always may, even where the configured hash is above the budget', async () => {
    const { budget } = start({ memory: 500, total: 100 });
    expect(await budget.run(() => Promise.resolve(1))).toBe(1);
    expect(budget.fits(500)).toBe(true);
    expect(budget.fits(501)).toBe(false);
  });
});

describe('the line', () => {
  test('is no longer than a second of work as measured, and who comes then is told when to come again', async () => {
    const { budget, run, endOne, begun } = start({ cores: 1, took: 200 });
    for (let i = 0; i < 60; i++) {
      const done = run('measured');
      await endOne();
      await done;
    }
    const waiting = Array.from({ length: 6 }, () => run('x').catch(codeOf));
    expect(begun.filter((name) => name === 'x')).toHaveLength(1);
    expect(codeOf(await run('too many').catch((error: unknown) => error))).toEqual(['overloaded', 503, 1]);
    expect(() => budget.admit()).toThrow(SallyportError);
    for (let i = 0; i < 6; i++) await endOne();
    expect(await Promise.all(waiting)).toEqual(Array.from({ length: 6 }, () => 'x'));
    expect(() => budget.admit()).not.toThrow();
  });
});
