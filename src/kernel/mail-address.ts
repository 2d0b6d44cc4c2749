import type { Channel } from './draft.ts';
import type { Branded } from './id.ts';

/** `local@domain` without quotes, comments or lists. */
export type MailAddress = Branded<'MailAddress'>;

/** Octets in UTF-8: a path of 256 with its angle brackets, and a local part (RFC 5321 4.5.3.1). */
const MAX_OCTETS = 254;
const MAX_LOCAL_OCTETS = 64;
/** What earlier versions of the server took, where nothing was mailed. */
const MAX_STORED_OCTETS = 320;

const ATOM = "[\\p{L}\\p{N}\\p{M}!#$%&'*+/=?^_`{|}~-]+";
const LOCAL = new RegExp(`^${ATOM}(?:\\.${ATOM})*$`, 'u');
const LABEL = /^[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]*[\p{L}\p{N}\p{M}])?$/u;

/**
 * The one judgement of what a mail address is: for forms, for the admin API, for the configuration and for the courier.
 * Quoted local parts, comments, groups, routes, lists and control characters are refused, because two mail servers that
 * read them differently deliver to two people. A compatibility character (`ﬃ`, `²`, `＠`) is refused, because Unicode
 * normalisation makes another address of it: two spellings would name one mailbox.
 */
export function parseMailAddress(input: unknown): MailAddress | undefined {
  return parse(input, MAX_OCTETS);
}

/**
 * An address as it is stored, in its normalised spelling. Earlier versions stored longer addresses than a mail server
 * takes; their accounts keep them.
 */
export function parseStoredMailAddress(input: unknown): MailAddress | undefined {
  return parse(input, MAX_STORED_OCTETS);
}

/**
 * True when a mail can be sent to the address. A stored address may be none: too long, or of a schema that does not
 * validate.
 */
export const takesMail = ({ via, value }: { readonly via: Channel; readonly value: string }): boolean =>
  via === 'email' && parseMailAddress(value) !== undefined;

/** The part behind the `@`, in lower case. The courier counts and slows down mails by it. */
export function domainOf(recipient: string): string {
  return recipient.slice(recipient.lastIndexOf('@') + 1).toLowerCase();
}

function parse(input: unknown, maxOctets: number): MailAddress | undefined {
  if (typeof input !== 'string' || Buffer.byteLength(input) > maxOctets) return undefined;
  if (input.normalize('NFKC') !== input.normalize('NFC')) return undefined;
  const at = input.indexOf('@');
  if (at < 1 || at !== input.lastIndexOf('@')) return undefined;
  const local = input.slice(0, at);
  const labels = input.slice(at + 1).split('.');
  if (Buffer.byteLength(local) > MAX_LOCAL_OCTETS || !LOCAL.test(local)) return undefined;
  // The brand says that the shape was checked.
  return labels.every((label) => label.length <= 63 && LABEL.test(label)) ? (input as MailAddress) : undefined;
}
