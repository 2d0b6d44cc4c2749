import { SallyportError } from '../../kernel/error.ts';

/**
 * A text that is compared in an index, or read again as it was written. Throws `bad_request` for a text that a database
 * would change (half a surrogate pair), compare wrongly (NUL) or cut (longer than `longest` UTF-16 units); `name` is
 * what the message calls it.
 */
export function keyText(text: string, longest: number, name: string): string {
  if (!comparable(text) || text.length > longest) {
    throw new SallyportError('bad_request', `The ${name} is too long or holds characters that cannot be stored.`);
  }
  return text;
}

/** False for a text that no row can hold. */
export function comparable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/** Text that is only read again: half surrogate pairs and NUL become replacement characters. */
export function plainText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}

/** A JSON document that this store wrote. `JSON.stringify` escapes what a column could not hold. */
export function readJson<T>(text: string): T {
  return JSON.parse(text) as T; // what was written is what is read
}

/** A JSON document whose `null` is stored as SQL NULL, because most rows have no metadata. */
export function readJsonOrNull<T>(text: string | null): T | null {
  return text === null ? null : readJson<T>(text);
}

export function writeJsonOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}
