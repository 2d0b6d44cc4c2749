import { expect, test } from 'vitest';
import { formatDuration, parseDuration } from './clock.ts';

test.each([
  ['24h', 86_400_000],
  ['9000h', 32_400_000_000],
  ['1h30m', 5_400_000],
  ['90s', 90_000],
  ['1m30s250ms', 90_250],
  ['0s', 0],
])('%s is read and written', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
  expect(parseDuration(formatDuration(ms))).toBe(ms);
});

test('a duration is written as a person would', () => {
  expect([86_400_000, 5_400_000, Number.POSITIVE_INFINITY].map(formatDuration)).toEqual(['24h', '1h30m', 'any']);
});
