import { describe, expect, test } from 'vitest';
import { losesDigits, timeIn } from './values.ts';

describe('times of databases', () => {
  test.each([
    ['2026-11-29 19:49:41.527613139+00:00', '2026-11-29T19:49:41.527Z'],
    ['2026-11-29 19:49:41.5+00:00', '2026-11-29T19:49:41.500Z'],
    ['2026-11-29 19:49:41', '2026-11-29T19:49:41.000Z'],
    ['2026-11-29 21:49:41.527613+02', '2026-11-29T19:49:41.527Z'],
    ['2026-11-29T19:49:41.527612708Z', '2026-11-29T19:49:41.527Z'],
  ])('%s', (text, time) => expect(new Date(timeIn(text) ?? 0).toISOString()).toBe(time));

  test.each([null, undefined, '', 'now', '0000-00-00 00:00:00'])('%s is none', (text) =>
    expect(timeIn(text)).toBeUndefined(),
  );
});

test.each([
  ['{"a":9007199254740993}', true],
  ['{"a":9007199254740992}', false],
  ['{"a":"9007199254740993"}', false],
  ['{"a":0.12345678901234567}', false],
  [null, false],
])('%s loses digits: %s', (text, lost) => expect(losesDigits(text)).toBe(lost));
