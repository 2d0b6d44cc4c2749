import { expect, test } from 'vitest';
import { parseWholeNumber } from './whole-number.ts';

test('a whole number is written in digits and within bounds', () => {
  expect([parseWholeNumber('1', 1, 64), parseWholeNumber('064', 1, 64)]).toEqual([1, 64]);
  for (const text of ['', '0', '65', '1e1', '0x10', ' 3', '3.0', '-1', '+1', '9'.repeat(20)])
    expect(parseWholeNumber(text, 1, 64), text).toBeUndefined();
});
