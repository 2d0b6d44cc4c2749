import { SallyportError } from '../../kernel/error.ts';

/**
 * A text that is compared in an index, or stored as it is. What no engine would give back unchanged (half a surrogate
 * pair), what some compare wrongly (NUL), and what is too long for the column is refused, never cut.
 */
export function keyText(text: string, longest: number, name: string): string {
  if (!comparable(text) || text.length > longest) {
    throw new SallyportError('bad_request', `The ${name} is too long or holds characters that cannot be stored.`);
  }
  return text;
}

/** False: no row can have it. */
export function comparable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/** Text that is only read again: half surrogate pairs and NULs become replacement characters. */
export function plainText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}

/** A document that this store wrote; `JSON.stringify` escapes what the columns could not hold. */
export function readJson<T>(text: string): T {
  return JSON.parse(text) as T; // what was written is what is read
}

/** SQL NULL is the JSON null: most rows have no metadata. */
export function readJsonOrNull<T>(text: string | null): T | null {
  return text === null ? null : readJson<T>(text);
}

export function writeJsonOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}
