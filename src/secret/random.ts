import { randomBytes, randomUUID } from 'node:crypto';
import type { Random } from '../kernel/random.ts';

export const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Tokens and digits out of a source of bytes, each character as likely as any other. */
export function createRandom(bytes: (length: number) => Buffer, uuid: () => string): Random {
  return {
    uuid,
    bytes,
    token: (length) => pick(bytes, ALPHABET, length),
    digits: (length) => pick(bytes, '0123456789', length),
  };
}

/** The operating system's generator. */
export const systemRandom: Random = createRandom(randomBytes, () => randomUUID());

/** Bytes beyond the last whole multiple of the alphabet are thrown away: a remainder would favour its beginning. */
function pick(bytes: (length: number) => Buffer, alphabet: string, length: number): string {
  const limit = 256 - (256 % alphabet.length);
  let text = '';
  while (text.length < length) {
    for (const byte of bytes(length - text.length)) {
      if (byte < limit) text += alphabet[byte % alphabet.length];
    }
  }
  return text;
}
