import type { Branded } from '../kernel/id.ts';

/** E.164: `+` and 7 to 15 digits. */
export type PhoneNumber = Branded<'PhoneNumber'>;

const WRITTEN = /^\+[1-9][0-9 ().\-/]*$/;
const E164 = /^\+[1-9][0-9]{6,14}$/;

/** An international number with `+` and country code, however it is grouped; undefined for any other text. */
export function parsePhoneNumber(input: unknown): PhoneNumber | undefined {
  if (typeof input !== 'string' || input.length > 64) return undefined;
  const trimmed = input.normalize('NFKC').trim();
  if (!WRITTEN.test(trimmed)) return undefined;
  const number = trimmed.replaceAll(/[^+0-9]/g, '');
  // The brand stands for the check above.
  return E164.test(number) ? (number as PhoneNumber) : undefined;
}
