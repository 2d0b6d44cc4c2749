import { expect, test } from 'vitest';
import { createWriteQueue } from './write-queue.ts';

test('works run one at a time, in the order they came', async () => {
  const queue = createWriteQueue(10_000);
  const order: string[] = [];
  await Promise.all(
    [0, 1, 2, 3].map(async (i) => {
      await queue.run(async () => {
        order.push(`begin ${i}`);
        await new Promise((resolve) => setImmediate(resolve));
        order.push(`end ${i}`);
      });
    }),
  );
  expect(order).toEqual([0, 1, 2, 3].flatMap((i) => [`begin ${i}`, `end ${i}`]));
});

test('a work that throws lets the next one go on', async () => {
  const queue = createWriteQueue(10_000);
  const failing = queue.run(async () => await Promise.reject(new Error('on purpose')));
  const next = queue.run(async () => await Promise.resolve('done'));
  await expect(failing).rejects.toThrow('on purpose');
  expect(await next).toBe('done');
});

test('a work that would wait too long is turned away and never runs', async () => {
  const queue = createWriteQueue(1);
  const { promise, resolve } = Promise.withResolvers<void>();
  const first = queue.run(async () => await promise);
  let ran = false;
  const late = queue.run(async () => {
    ran = true;
    await Promise.resolve();
  });
  await expect(late).rejects.toMatchObject({ code: 'unavailable', retryAfter: 1 });
  resolve();
  await first;
  expect(await queue.run(async () => await Promise.resolve(ran))).toBe(false);
});

test('a long line lets others be heard between two works', async () => {
  const queue = createWriteQueue(10_000);
  const order: string[] = [];
  const works = [0, 1, 2].map((i) => queue.run(() => Promise.resolve(order.push(`work ${i}`))));
  setImmediate(() => order.push('other'));
  await Promise.all(works);
  expect(order).toEqual(['work 0', 'other', 'work 1', 'work 2']);
});
