import type { Branded } from '../kernel/id.ts';

/** One address, `local@domain`, that means the same to every mail server. */
export type MailAddress = Branded<'MailAddress'>;

const LOCAL = /^[\p{L}\p{N}\p{M}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{N}\p{M}!#$%&'*+/=?^_`{|}~-]+)*$/u;
const LABEL = /^[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]*[\p{L}\p{N}\p{M}])?$/u;

/**
 * A single bare address. Quoted local parts, comments, groups, routes, lists and control characters are refused:
 * two parsers that disagree about them deliver to two different people (security IN-12).
 */
export function parseMailAddress(input: unknown): MailAddress | undefined {
  if (typeof input !== 'string' || input.length > 254) return undefined;
  // Look-alikes of `@` and the dot would appear only later, in somebody else's normalisation.
  if (input.normalize('NFKC') !== input.normalize('NFC')) return undefined;
  const at = input.indexOf('@');
  if (at < 1 || at !== input.lastIndexOf('@')) return undefined;
  const local = input.slice(0, at);
  const labels = input.slice(at + 1).split('.');
  if (local.length > 64 || !LOCAL.test(local)) return undefined;
  if (!labels.every((label) => label.length <= 63 && LABEL.test(label))) return undefined;
  // The brand says that the shape was checked.
  return input as MailAddress;
}

/** The part behind the `@`, lower-case: what mails are counted and slowed down by. */
export function domainOf(recipient: string): string {
  return recipient.slice(recipient.lastIndexOf('@') + 1).toLowerCase();
}
