import { expect, test } from 'vitest';
import { withTimeLimit } from './time-limit.ts';

const late = (): Error => new Error('too late');

test('gives what the work gives, and throws what it throws', async () => {
  expect(await withTimeLimit(60_000, () => Promise.resolve(1), late)).toBe(1);
  await expect(withTimeLimit(60_000, () => Promise.reject(new Error('broken')), late)).rejects.toThrow('broken');
});

test('throws its own error for work that does not end', async () => {
  await expect(withTimeLimit(1, () => new Promise(() => undefined), late)).rejects.toThrow('too late');
});
