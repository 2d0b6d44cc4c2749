import { expect, test } from 'vitest';
import { createTurns } from './write-queue.ts';

test('works run one at a time, in the order they came', async () => {
  const turns = createTurns(10_000);
  const order: string[] = [];
  await Promise.all(
    [0, 1, 2, 3].map(async (i) => {
      await turns.take(async () => {
        order.push(`begin ${i}`);
        await new Promise((resolve) => setImmediate(resolve));
        order.push(`end ${i}`);
      });
    }),
  );
  expect(order).toEqual([0, 1, 2, 3].flatMap((i) => [`begin ${i}`, `end ${i}`]));
});

test('a work that throws lets the next one go on', async () => {
  const turns = createTurns(10_000);
  const failing = turns.take(async () => await Promise.reject(new Error('on purpose')));
  const next = turns.take(async () => await Promise.resolve('done'));
  await expect(failing).rejects.toThrow('on purpose');
  expect(await next).toBe('done');
});

test('a work that would wait too long is turned away and never runs', async () => {
  const turns = createTurns(1);
  const { promise, resolve } = Promise.withResolvers<void>();
  const first = turns.take(async () => await promise);
  let ran = false;
  const late = turns.take(async () => {
    ran = true;
    await Promise.resolve();
  });
  await expect(late).rejects.toMatchObject({ code: 'unavailable', retryAfter: 1 });
  resolve();
  await first;
  expect(await turns.take(async () => await Promise.resolve(ran))).toBe(false);
});

test('a long line lets others be heard between two works', async () => {
  const turns = createTurns(10_000);
  const order: string[] = [];
  const works = [0, 1, 2].map((i) => turns.take(() => Promise.resolve(order.push(`work ${i}`))));
  setImmediate(() => order.push('other'));
  await Promise.all(works);
  expect(order).toEqual(['work 0', 'other', 'work 1', 'work 2']);
});
