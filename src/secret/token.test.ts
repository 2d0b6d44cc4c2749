import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { hashToken, keyedDigest, logoutTokenOf, sameToken, verifyDigests } from './token.ts';

test('a token is stored as its SHA-256 in hexadecimal', () => {
  expect(hashToken('ory_st_x')).toBe(createHash('sha256').update('ory_st_x').digest('hex'));
});

test('a digest is keyed, names its key, and differs by secret, purpose and value', () => {
  const digest = keyedDigest(['a'], 'login_code', '123456');
  expect(digest).toMatch(/^[0-9a-f]{8}:[0-9a-f]{64}$/);
  expect(keyedDigest(['a'], 'login_code', '123456')).toBe(digest);
  const others = [
    keyedDigest(['b'], 'login_code', '123456'),
    keyedDigest(['a'], 'recovery_code', '123456'),
    keyedDigest(['a'], 'login_code', '123457'),
  ];
  expect(new Set([digest, ...others].map((each) => each.slice(9))).size).toBe(4);
});

test('a digest stored under an old secret is still among those a value may have', () => {
  const before = keyedDigest(['old'], 'login_code', '123456');
  expect(verifyDigests(['new', 'old'], 'login_code', '123456')).toEqual([
    keyedDigest(['new'], 'login_code', '123456'),
    before,
  ]);
  expect(verifyDigests(['new'], 'login_code', '123456')).not.toContain(before);
});

test('without a secret nothing is digested', () => {
  expect(verifyDigests([], 'login_code', '1')).toEqual([]);
  expect(() => keyedDigest([], 'login_code', '1')).toThrow('missing');
});

test('a logout token follows from the session token, and no two alike', () => {
  const tokens = Array.from({ length: 500 }, (_, i) => logoutTokenOf(`ory_st_${i}`));
  expect(new Set(tokens).size).toBe(500);
  expect(tokens.every((each) => /^ory_lo_[A-Za-z0-9]{32}$/.test(each))).toBe(true);
  expect(logoutTokenOf('ory_st_1')).toBe(tokens[1]);
});

test('tokens are the same only when they are', () => {
  expect(sameToken('abc', 'abc')).toBe(true);
  expect(sameToken('abc', 'abd')).toBe(false);
  expect(sameToken('abc', 'abcd')).toBe(false);
  expect(sameToken('', '')).toBe(true);
});
