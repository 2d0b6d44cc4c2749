import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseClaims } from './claims.ts';

const ISSUER = 'https://id.example';

describe('claims', () => {
  test('keep their names, and everything as it was sent', () => {
    const raw = { sub: 'a1', email: 'ana@example.org', email_verified: true, groups: ['staff'], amr: ['otp', 3] };
    expect(parseClaims(raw, ISSUER)).toEqual({
      iss: ISSUER,
      sub: 'a1',
      email: 'ana@example.org',
      email_verified: true,
      amr: ['otp'],
      raw_claims: raw,
    });
  });

  test.each([
    ['"true" is true', { email_verified: 'true' }, { email_verified: true }],
    ['"false" is false', { phone_number_verified: 'false' }, { phone_number_verified: false }],
    ['a word is neither', { email_verified: 'yes' }, {}],
    ['1 is neither', { email_verified: 1 }, {}],
    ['a locale of two parts', { locale: { language: 'de', country: 'CH' } }, { locale: 'de-CH' }],
    ['a locale of one part', { locale: { language: 'de' } }, { locale: 'de' }],
    ['a moment as text', { updated_at: '2024-05-06T07:08:09Z' }, { updated_at: 1_714_979_289 }],
    ['a moment as seconds', { updated_at: 1_714_979_289 }, { updated_at: 1_714_979_289 }],
    ['an e-mail address that is no text', { email: ['a@example.org'] }, {}],
    ['an empty name', { name: '' }, {}],
  ])('%s', (_name, sent, read) => {
    const { raw_claims: raw, ...claims } = parseClaims({ sub: 's', ...sent }, ISSUER) ?? { raw_claims: undefined };
    expect(claims).toEqual({ iss: ISSUER, sub: 's', ...read });
    expect(raw).toEqual({ sub: 's', ...sent });
  });

  test('name nobody without a subject', () => {
    for (const raw of [null, 'x', [], {}, { sub: '' }, { sub: null }, { sub: {} }, { sub: 1.5 }, { sub: true }])
      expect(parseClaims(raw, ISSUER)).toBeUndefined();
  });

  test('take a whole number as subject, as text', () => {
    expect(parseClaims({ sub: 583231 }, ISSUER)?.sub).toBe('583231');
  });

  test('are read from anything without an error, and the issuer is ours', () => {
    fc.assert(
      fc.property(fc.record({ sub: fc.string({ minLength: 1 }), iss: fc.jsonValue(), more: fc.jsonValue() }), (raw) => {
        expect(parseClaims(raw, ISSUER)?.iss).toBe(ISSUER);
      }),
    );
  });
});
