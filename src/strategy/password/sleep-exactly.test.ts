import { expect, test } from 'vitest';
import { sleepExactly } from './sleep-exactly.ts';

test.each([-5, 0, 0.4, 1.7, 3.2, 12.6])('%d ms are over no earlier', async (wait) => {
  const began = performance.now();
  await sleepExactly(wait);
  expect(performance.now() - began).toBeGreaterThanOrEqual(wait);
});

test('others have their turn meanwhile', async () => {
  const order: string[] = [];
  setImmediate(() => order.push('another'));
  await sleepExactly(1.5);
  order.push('the sleeper');
  expect(order).toEqual(['another', 'the sleeper']);
});
