import { expect, test } from 'vitest';
import { createWriteQueue, type WriteQueue } from './write-queue.ts';

const alone = (longest: number): WriteQueue<never> =>
  createWriteQueue<never>({ longest, most: 1, together: async () => await Promise.resolve() });

test('works run one at a time, in the order they came', async () => {
  const queue = alone(10_000);
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
  const queue = alone(10_000);
  const failing = queue.run(async () => await Promise.reject(new Error('on purpose')));
  const next = queue.run(async () => await Promise.resolve('done'));
  await expect(failing).rejects.toThrow('on purpose');
  expect(await next).toBe('done');
});

test('a work that would wait too long is turned away and never runs', async () => {
  const queue = alone(1);
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
  const queue = alone(10_000);
  const order: string[] = [];
  const works = [0, 1, 2].map((i) => queue.run(() => Promise.resolve(order.push(`work ${i}`))));
  setImmediate(() => order.push('other'));
  await Promise.all(works);
  expect(order).toEqual(['work 0', 'other', 'work 1', 'work 2']);
});

test('those that may share a commit run as groups of those that wait side by side, in the order they came', async () => {
  const groups: (readonly string[])[] = [];
  const ended = Promise.withResolvers<void>();
  const queue = createWriteQueue<string>({
    longest: 10_000,
    most: 3,
    together: async (members) => {
      groups.push(members);
      if (members.includes('last')) ended.resolve();
      await Promise.resolve();
    },
  });
  const refuse = (error: Error): void => ended.reject(error);
  for (const name of ['a', 'b', 'c', 'd']) queue.join(name, refuse);
  const single = queue.run(async () => await Promise.resolve(groups.push(['alone'])));
  for (const name of ['e', 'last']) queue.join(name, refuse);
  await Promise.all([single, ended.promise]);
  expect(groups).toEqual([['a', 'b', 'c'], ['d'], ['alone'], ['e', 'last']]);
});

test('a member that would wait too long is turned away and is in no group', async () => {
  const groups: (readonly string[])[] = [];
  const queue = createWriteQueue<string>({
    longest: 1,
    most: 3,
    together: async (members) => await Promise.resolve(void groups.push(members)),
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  const first = queue.run(async () => await promise);
  const refused = new Promise<Error>((settle) => queue.join('late', settle));
  expect(await refused).toMatchObject({ code: 'unavailable', retryAfter: 1 });
  resolve();
  await first;
  await queue.run(async () => await Promise.resolve());
  expect(groups).toEqual([]);
});
