import { randomBytes, randomUUID } from 'node:crypto';
import type { Random } from '../kernel/random.ts';
import { uuidV7 } from './uuid-v7.ts';

export const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Tokens and digits from a source of random bytes, uniformly distributed. */
export function createRandom(bytes: (length: number) => Buffer, uuid: () => string): Random {
  return {
    uuid,
    uuidAt: (now) => uuidV7(now, uuid()),
    bytes,
    token: (length) => pick(bytes, ALPHABET, length),
    digits: (length) => pick(bytes, '0123456789', length),
  };
}

/** The random numbers of the operating system. */
export const systemRandom: Random = createRandom(randomBytes, () => randomUUID());

/**
 * Bytes above the last multiple of the alphabet's length are discarded: the remainder would favour its first
 * characters.
 */
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
