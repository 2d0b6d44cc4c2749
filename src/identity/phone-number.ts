import type { Branded } from '../kernel/id.ts';

/** A number of the international plan (ITU-T E.164): `+`, an assigned country code, the national number without its trunk prefix. */
export type PhoneNumber = Branded<'PhoneNumber'>;

const WRITTEN = /^\+[1-9][0-9 ().\-/]*$/;
const E164 = /^\+[1-9][0-9]{6,14}$/;

/** The country codes that are assigned (ITU, list of country codes of E.164); no code is the beginning of another. */
const COUNTRY_CODE = new RegExp(
  `^\\+(${[
    '1',
    '7',
    '2(?:0|7|1[12368]|[2-4]\\d|5[0-8]|6\\d|9[01789])',
    '3(?:[0-469]|5\\d|7[0-8]|8[0-35-79])',
    '4(?:[013-9]|2[013])',
    '5(?:[1-8]|0\\d|9\\d)',
    '6(?:[0-6]|7[02-9]|8[0-35-9]|9[0-2])',
    '8(?:[1246]|0[08]|5[02356]|7[08]|8[01236])',
    '9(?:[0-58]|6[0-8]|7[0-79]|9[2-68])',
  ].join('|')})`,
);

/** Where national numbers begin with 0 in their own right: Italy, San Marino, the Vatican, and four plans of Africa. */
const ZERO_BELONGS: ReadonlySet<string> = new Set(['39', '225', '229', '241', '242', '378', '379']);
/** What is dialled inside a country before the national number, and never after the country code. */
const trunkPrefix = (code: string): RegExp => (code === '36' ? /^06/ : /^0/);

/**
 * An international number with `+` and country code, however it is grouped, and with the trunk prefix that people leave in or
 * put into brackets (`+49 (0)30 …`); undefined for any other text. Numbers of North America have ten digits.
 */
export function parsePhoneNumber(input: unknown): PhoneNumber | undefined {
  if (typeof input !== 'string' || input.length > 64) return undefined;
  const trimmed = input.normalize('NFKC').trim();
  if (!WRITTEN.test(trimmed)) return undefined;
  const digits = trimmed.replaceAll(/[^+0-9]/g, '');
  const [start, code = ''] = COUNTRY_CODE.exec(digits) ?? [];
  if (start === undefined) return undefined;
  const dialled = digits.slice(start.length);
  const national = ZERO_BELONGS.has(code) ? dialled : dialled.replace(trunkPrefix(code), '');
  if (national.startsWith('0') && !ZERO_BELONGS.has(code)) return undefined;
  const number = `${start}${national}`;
  if (!E164.test(number) || (code === '1' && !/^[2-9]\d{9}$/.test(national))) return undefined;
  return number as PhoneNumber; // the brand stands for the checks above
}
