import type { Branded } from './id.ts';

/** `local@domain` without quotes, comments or lists. */
export type MailAddress = Branded<'MailAddress'>;

const ATOM = "[\\p{L}\\p{N}\\p{M}!#$%&'*+/=?^_`{|}~-]+";
const LOCAL = new RegExp(`^${ATOM}(?:\\.${ATOM})*$`, 'u');
const LABEL = /^[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]*[\p{L}\p{N}\p{M}])?$/u;

/** One bare address that every mail server reads alike (security IN-6, IN-12). */
export function parseMailAddress(input: unknown): MailAddress | undefined {
  if (typeof input !== 'string' || Buffer.byteLength(input) > 320) return undefined;
  const at = input.indexOf('@');
  if (at < 1 || at !== input.lastIndexOf('@')) return undefined;
  // A look-alike of the at sign or the dot would become one only after this check.
  if (input.normalize('NFKC').replaceAll(/[^@.]/g, '') !== input.replaceAll(/[^@.]/g, '')) return undefined;
  const local = input.slice(0, at);
  const labels = input.slice(at + 1).split('.');
  if (Buffer.byteLength(local) > 64 || !LOCAL.test(local)) return undefined;
  // The brand says that the shape was checked.
  return labels.every((label) => label.length <= 63 && LABEL.test(label)) ? (input as MailAddress) : undefined;
}
