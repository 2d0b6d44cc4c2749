import { expect, test } from 'vitest';
import { oneTimeCode } from './one-time-code.ts';

/** RFC 6238, appendix B: the last six of the eight digits; the secret is "12345678901234567890". */
test.each([
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [20_000_000_000, '353130'],
])('after %i seconds the code is that of RFC 6238', (seconds, code) => {
  expect(oneTimeCode('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', seconds * 1000)).toBe(code);
});

test('a secret is read as people type it, and refused where it is none', () => {
  expect(oneTimeCode('gezd gnbv gy3t qojq gezd gnbv gy3t qojq', 59_000)).toBe('287082');
  expect(() => oneTimeCode('secret1')).toThrow('1 is no letter of base32.');
});
