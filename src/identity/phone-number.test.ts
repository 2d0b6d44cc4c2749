import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lookupIdentifier, strictIdentifier, strictPhone } from './identifier.ts';
import { parsePhoneNumber } from './phone-number.ts';

describe('a phone number is read by the international plan', () => {
  test.each([
    ['+49 30 123456', '+4930123456'],
    ['+49 (0)30 123456', '+4930123456'],
    ['+49 (0) 170 / 123-45.67', '+491701234567'],
    ['+44 020 7946 0958', '+442079460958'],
    ['+36 06 1 234 5678', '+3612345678'],
    ['+36 1 234 5678', '+3612345678'],
    ['+39 06 698 1234', '+39066981234'],
    ['+225 07 01 02 03 04', '+2250701020304'],
    ['+1 (212) 555-0123', '+12125550123'],
    ['+7 495 123-45-67', '+74951234567'],
    ['+358 (0)9 123 4567', '+35891234567'],
    ['＋４９ ３０ １２３４５６', '+4930123456'],
  ])('%s is %s', (written, number) => {
    expect(parsePhoneNumber(written)).toBe(number);
  });

  test.each([
    ['without a country code', '030 123456'],
    ['without a plus', '49 30 123456'],
    ['with a code that is not assigned', '+999 1234567'],
    ['with another one', '+210 1234567'],
    ['of North America with a digit too few', '+1 212 555 012'],
    ['of North America with a digit too many', '+1 212 555 01234'],
    ['of North America whose area begins with 1', '+1 112 555 0123'],
    ['too short without its trunk prefix', '+49 0 1234'],
    ['with two trunk prefixes', '+49 0 030 123456'],
    ['too long', '+49 1234567890123456'],
    ['with letters', '+49 30 CALL ME'],
  ])('a text %s is none', (_what, written) => {
    expect(parsePhoneNumber(written)).toBeUndefined();
  });

  test('every way in reads it the same: an identifier that is made, one that is looked up, an address for text messages', () => {
    for (const written of ['+49 (0)170 123-45 67', '+49 170 1234567', '+491701234567'])
      expect([strictIdentifier(written), lookupIdentifier(written), strictPhone(written)]).toEqual(
        Array(3).fill('+491701234567'),
      );
  });

  test('what was read is read as itself', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\+[1-9][0-9 ]{0,3}\(?0?\)?[0-9 ]{4,12}$/), (written) => {
        const number = parsePhoneNumber(written);
        expect(number === undefined ? undefined : parsePhoneNumber(number)).toBe(number);
      }),
      { numRuns: 5_000 },
    );
  });
});
