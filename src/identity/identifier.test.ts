import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { lookupIdentifier, strictIdentifier, strictMail, strictPhone } from './identifier.ts';
import { parseMailAddress } from '../kernel/mail-address.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.emailAddress(),
  fc.string({
    unit: fc.constantFrom(
      'A',
      'ß',
      'İ',
      'Σ',
      'ς',
      'K',
      'ﬀ',
      'ﷺ',
      '\u200b',
      '\u202e',
      ' ',
      '@',
      '.',
      '+',
      '4',
      '９',
      '\u0345',
      'ϓ',
      '\u1e9e',
      '\uffa0',
    ),
  }),
);

describe('normalising', () => {
  test.each([
    ['case', 'Ada@Example.COM', 'ada@example.com'],
    ['blanks around', '  ada@example.com ', 'ada@example.com'],
    ['full width', 'ＡＤＡ@example.com', 'ada@example.com'],
    ['the Kelvin sign', '\u212aarl', 'karl'],
    ['mathematical letters', '𝓪𝓭𝓪', 'ada'],
    ['composed and decomposed letters', 'e\u0301va', 'éva'],
    ['both small sigmas', 'ΝΙΚΟΣ', 'νικοσ'],
    ['phone numbers', '+49 (170) 123-45 67', '+491701234567'],
    ['full-width phone numbers', '＋４９１７０１２３４５６７', '+491701234567'],
  ])('folds %s', (_, typed, canonical) => {
    expect(strictIdentifier(typed)).toBe(canonical);
    expect(lookupIdentifier(typed)).toBe(canonical);
  });

  test('keeps letters apart that are not the same', () => {
    expect(strictIdentifier('ı')).not.toBe(strictIdentifier('i'));
    expect(strictIdentifier('é')).not.toBe(strictIdentifier('e'));
    expect(strictIdentifier('ß')).not.toBe(strictIdentifier('ss'));
  });

  test('is idempotent, and a look-up finds what was stored', () => {
    fc.assert(
      fc.property(text, (typed) => {
        const found = lookupIdentifier(typed);
        expect(found === undefined ? undefined : lookupIdentifier(found)).toBe(found);
        const stored = strictIdentifier(typed);
        expect(stored === undefined ? undefined : strictIdentifier(stored)).toBe(stored);
        expect(stored === undefined ? undefined : found).toBe(stored);
      }),
      { numRuns: 2_000 },
    );
  });

  test('never lets anything unseen through', () => {
    fc.assert(
      fc.property(text, (typed) => {
        expect(lookupIdentifier(typed) ?? '').not.toMatch(
          /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Default_Ignorable_Code_Point}]/u,
        );
      }),
    );
  });
});

describe('where an account is made', () => {
  test.each([
    ['a zero-width space', 'ada\u200b'],
    ['a right-to-left override', 'ada\u202eexe'],
    ['a soft hyphen', 'a\u00adda'],
    ['NUL', 'ada\u0000'],
    ['a line break', 'ada\n'],
    ['a private-use character', 'ada\ue000'],
    ['an unassigned character', 'ada\u{e0080}'],
    ['an unpaired surrogate', 'ada\ud800'],
    ['letters of both directions in one part', 'abcאבג'],
    ['nothing but blanks', '   '],
    ['more than 320 bytes', 'é'.repeat(161)],
    ['more than 320 bytes once folded', 'ﷺ'.repeat(40)],
  ])('refuses %s', (_, typed) => {
    expect(strictIdentifier(typed)).toBeUndefined();
  });

  test('accepts a right-to-left name in front of a left-to-right domain', () => {
    expect(strictMail('אבג@example.com')).toBe('אבג@example.com');
  });

  test('a look-up takes out what is unseen', () => {
    expect(lookupIdentifier('a\u200bda\u0000')).toBe('ada');
    expect(lookupIdentifier('x'.repeat(321))).toBeUndefined();
  });

  test('length is decided before anything is normalised', () => {
    expect(lookupIdentifier('a' + '\u0301'.repeat(100_000))).toBeUndefined();
  });
});

describe('mail addresses', () => {
  test.each(['ada@example.com', 'a.b+c@sub.example', 'ada@localhost', 'ünï@exämple.de', "o'hara@example.com"])(
    'takes %s',
    (mail) => {
      expect(strictMail(mail)).toBe(mail);
    },
  );

  test.each([
    'ada',
    'ada@',
    '@example.com',
    'a@b@example.com',
    '"ada"@example.com',
    'ada(x)@example.com',
    'Ada <ada@example.com>',
    'a@example.com,b@example.com',
    'ada @example.com',
    'ada＠example.com',
    'x@evil。example.com',
    'ada@exam ple.com',
    '.ada@example.com',
    'ada@-example.com',
    `${'a'.repeat(65)}@example.com`,
  ])('refuses %s', (mail) => {
    expect(strictMail(mail)).toBeUndefined();
  });

  test('an address is judged as it will be stored', () => {
    expect(parseMailAddress('x@evil。example.com')).toBeUndefined();
  });
});

test.each([
  ['+491701234567', '+491701234567'],
  ['01701234567', undefined],
  ['+0491701234567', undefined],
  ['+49', undefined],
  ['+4917012345678901', undefined],
])('phone number %s is %s', (typed, number) => {
  expect(strictPhone(typed)).toBe(number);
});
