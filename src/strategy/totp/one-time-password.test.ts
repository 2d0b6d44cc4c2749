import { describe, expect, test } from 'vitest';
import { newSecret, stepOf } from './one-time-password.ts';

/** RFC 6238, appendix B, of SHA-1: the secret in base32, and the last six of the eight digits. */
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const uri = (more = ''): string => `otpauth://totp/Shop:ada?secret=${SECRET}&issuer=Shop${more}`;

describe('a code of RFC 6238', () => {
  test.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ])('at %d seconds is %s, for the steps beside it as well', async (seconds, code) => {
    const step = Math.floor(seconds / 30);
    const at = (seconds_: number): Promise<number | undefined> => stepOf(uri(), code, seconds_ * 1_000);
    expect([await at(seconds), await at(seconds - 30), await at(seconds + 30)]).toEqual([step, step, step]);
    expect([await at(seconds - 60), await at(seconds + 60)]).toEqual([undefined, undefined]);
  });

  test('has the digits, the hash and the period that its URI says', async () => {
    expect(await stepOf(uri('&digits=8'), '94287082', 59_000)).toBe(1);
    expect(await stepOf(uri('&period=60'), '287082', 59_000)).toBe(1);
  });
});

test.each([
  ['no URI', 'nonsense'],
  ['another scheme', 'https://shop.example/'],
  ['a counter', `otpauth://hotp/ada?secret=${SECRET}&counter=1`],
  ['a secret in no base32', 'otpauth://totp/ada?secret=0189'],
  ['nothing', ''],
])('%s matches no code', async (_what, text) => {
  expect(await stepOf(text, '287082', 59_000)).toBeUndefined();
});

test('a new secret has 160 bits', async () => {
  expect(await newSecret((length) => Buffer.alloc(length, 0xff))).toBe('7'.repeat(32));
});
