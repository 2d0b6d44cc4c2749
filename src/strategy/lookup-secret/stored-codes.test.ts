import { describe, expect, test } from 'vitest';
import type { IdentityId } from '../../kernel/id.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { systemRandom } from '../../secret/random.ts';
import { verifyDigests } from '../../secret/token.ts';
import { credentialSealing } from '../credential-sealing.ts';
import { asCompared, type CodeKeeping, configOf, newCodes, openCodes, TYPE, useCode } from './stored-codes.ts';

const [OLD, NEW] = ['a-cookie-secret-made-up-for-tests', 'another-secret-made-up-for-tests-'];
const sealing = credentialSealing({ cipher: ['R7u2Lq9xTz4Bn8Ws1Ke6Jm3Yc5Pd0Vf_'], cookie: [OLD] }, TYPE);
const keepingBy = (...secrets: readonly string[]): CodeKeeping => ({
  digests: (purpose, code) => verifyDigests(secrets, purpose, code),
  sealing: undefined,
});
const keeping = keepingBy(OLD);
const ada = '11111111-1111-4111-8111-111111111111' as IdentityId;
const eve = '22222222-2222-4222-8222-222222222222' as IdentityId;
const now = Date.UTC(2026, 0, 1);

describe('codes', () => {
  test('are twelve of eight characters, each of the 36 as often as any other', () => {
    const counts = new Map<string, number>();
    const sets = Array.from({ length: 500 }, () => newCodes(systemRandom));
    for (const code of sets.flat()) for (const letter of code) counts.set(letter, (counts.get(letter) ?? 0) + 1);
    expect(sets.every((codes) => codes.length === 12 && codes.every((code) => /^[a-z0-9]{8}$/.test(code)))).toBe(true);
    expect(new Set(sets.flat()).size).toBe(6_000);
    const expected = 48_000 / 36;
    const square = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(counts.size).toBe(36);
    // Chi-squared of 35 degrees of freedom: above 100 once in ten million.
    expect(square).toBeLessThan(100);
  });

  test.each([
    [' ab12 CD34\n', 'ab12cd34'],
    ['AB12-CD34', 'ab12cd34'],
    ['', ''],
    [undefined, ''],
  ])('%j is compared as %j', (typed, compared) => {
    expect(asCompared(typed)).toBe(compared);
  });
});

describe('stored codes', () => {
  const codes = newCodes(systemRandom);
  const config = configOf(codes, ada, keeping);
  const use = (code: string, more: Partial<{ config: JsonObject; owner: IdentityId; by: CodeKeeping }> = {}) =>
    useCode({ config: more.config ?? config }, code, { owner: more.owner ?? ada, keeping: more.by ?? keeping, now });

  test('hold no code, and are used once each, wherever they stand in the list', () => {
    for (const code of codes) {
      expect(JSON.stringify(config)).not.toContain(code);
      const after = use(code);
      if (typeof after === 'string') throw new Error(after);
      expect(use(code, { config: after })).toBe('used');
      for (const other of codes.filter((each) => each !== code))
        expect(use(other, { config: after })).toBeTypeOf('object');
    }
  });

  test('are those of one account', () => {
    expect(use(codes[0] ?? '', { owner: eve })).toBe('unknown');
  });

  test('go on when a new secret is put in front, and end with the old one', () => {
    expect(use(codes[0] ?? '', { by: keepingBy(NEW, OLD) })).toBeTypeOf('object');
    expect(use(codes[0] ?? '', { by: keepingBy(NEW) })).toBe('unknown');
  });

  test.each([
    ['nothing', {}],
    ['no list', { recovery_codes: 'abcd1234' }],
    ['entries of another shape', { recovery_codes: [null, 'abcd1234', { code: 'abcd1234' }, { digest: 7 }] }],
  ])('of %s are none', (_what, broken) => {
    expect(use('abcd1234', { config: broken })).toBe('unknown');
  });

  test('are opened for their account where they were encrypted, and not where one of them was not', () => {
    const sealed = configOf(codes, ada, { ...keeping, sealing });
    const open = (stored: JsonObject, owner = ada) => openCodes({ config: stored }, owner, { ...keeping, sealing });
    expect(JSON.stringify(sealed)).not.toContain(codes[3]);
    expect(open(sealed)).toEqual(codes.map((code) => ({ code, usedAt: undefined })));
    expect([open(sealed, eve), open(config), openCodes({ config: sealed }, ada, keeping)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
