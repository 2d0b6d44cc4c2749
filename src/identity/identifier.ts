import type { Identifier, IdentityId } from '../kernel/id.ts';
import { type MailAddress, parseMailAddress } from '../kernel/mail-address.ts';
import { type PhoneNumber, parsePhoneNumber } from './phone-number.ts';

/** The longest identifier in bytes of UTF-8, checked before and after normalising. */
const MAX_BYTES = 320;

/** Invisible or meaningless characters: with them, two spellings that look alike would name two identities. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/u;
const ALL_UNSEEN = new RegExp(UNSEEN.source, 'gu');

const RIGHT_TO_LEFT =
  '\\p{Script=Hebrew}\\p{Script=Arabic}\\p{Script=Syriac}\\p{Script=Thaana}\\p{Script=Nko}\\p{Script=Samaritan}\\p{Script=Mandaic}\\p{Script=Adlam}\\p{Script=Hanifi_Rohingya}';
const RTL_LETTER = new RegExp(`(?=\\p{L})[${RIGHT_TO_LEFT}]`, 'u');
const LTR_LETTER = new RegExp(`(?![${RIGHT_TO_LEFT}])\\p{L}`, 'u');
const RTL_START = new RegExp(`^(?=\\p{L})[${RIGHT_TO_LEFT}]`, 'u');

/**
 * The spelling in which an identifier or address is stored and compared: width and case folded, NFKC, trimmed, a phone
 * number as E.164. Undefined for a text with invisible characters (security IN-6). For texts that create or change an
 * account.
 */
export function strictIdentifier(typed: string): Identifier | undefined {
  if (tooLong(typed) || UNSEEN.test(typed)) return undefined;
  const folded = fold(typed);
  if (folded === '' || UNSEEN.test(folded) || !oneDirection(folded)) return undefined;
  return finished(folded);
}

/**
 * The same spelling for a look-up: invisible characters are removed. Undefined for a text that no identity can have.
 */
export function lookupIdentifier(typed: string): Identifier | undefined {
  if (tooLong(typed)) return undefined;
  let folded = fold(typed.replaceAll(ALL_UNSEEN, ''));
  // Folding can produce invisible characters, and removing them can leave more to fold.
  while (UNSEEN.test(folded)) folded = fold(folded.replaceAll(ALL_UNSEEN, ''));
  return folded === '' ? undefined : finished(folded);
}

/** A strict identifier that is a mail address, also after normalising (security RV-4). */
export function strictMail(typed: string): (Identifier & MailAddress) | undefined {
  const id = strictIdentifier(typed);
  // Both brands hold: one for the spelling, one for the shape.
  return id !== undefined && parseMailAddress(typed.trim()) && parseMailAddress(id)
    ? (id as Identifier & MailAddress)
    : undefined;
}

/** A strict identifier that is an international phone number, as E.164. */
export function strictPhone(typed: string): (Identifier & PhoneNumber) | undefined {
  const id = strictIdentifier(typed);
  const number = id === undefined ? undefined : parsePhoneNumber(id);
  return number as (Identifier & PhoneNumber) | undefined; // E.164 is its own canonical spelling
}

function tooLong(text: string): boolean {
  return text.length > MAX_BYTES || Buffer.byteLength(text) > MAX_BYTES;
}

/** Repeated until nothing changes: lower-casing can produce text that NFKC composes, and the other way round. */
function fold(text: string): string {
  let before = text;
  for (;;) {
    const after = before.normalize('NFKC').toLowerCase().replaceAll('ς', 'σ').normalize('NFKC').trim();
    if (after === before) return after;
    before = after;
  }
}

function finished(folded: string): Identifier | undefined {
  const spelled = parsePhoneNumber(folded) ?? folded;
  // The brand stands for the normalisation above.
  return tooLong(spelled) ? undefined : (spelled as string as Identifier);
}

/**
 * The rule of RFC 5893 in short, for each part of an address: directions do not mix, and a right-to-left part begins
 * right to left.
 */
function oneDirection(text: string): boolean {
  return text.split(/[@.]/).every((part) => !RTL_LETTER.test(part) || (RTL_START.test(part) && !LTR_LETTER.test(part)));
}

/** The identifier of a factor that nobody types a name for: the id of its identity, as in the reference. */
export const ownIdentifier = (id: IdentityId): Identifier => id as string as Identifier;
