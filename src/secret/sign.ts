import { createHmac, timingSafeEqual } from 'node:crypto';
import { must } from '../kernel/error.ts';
import { deriveKeys } from './derive.ts';

/** Vouches for bytes that leave the server and come back. */
export interface Signer {
  /** HMAC-SHA-256 under the first secret, 32 bytes. */
  sign(message: Uint8Array): Buffer;
  /** True when the first bytes of any secret's HMAC are these: for places too small for a key id. At least 16 bytes. */
  verify(message: Uint8Array, mac: Uint8Array): boolean;
}

export function createSigner(secrets: readonly string[], purpose: string): Signer {
  const keys = deriveKeys(secrets, purpose).map(({ key }) => key);
  const mac = (key: Buffer, message: Uint8Array) => createHmac('sha256', key).update(message).digest();
  return {
    sign: (message) => mac(must(keys[0], `A secret to sign ${purpose} with`), message),
    verify(message, given) {
      if (given.length < 16 || given.length > 32) return false;
      // Every key is tried, whichever fits, so that the time tells nothing about which did.
      return keys.map((key) => timingSafeEqual(mac(key, message).subarray(0, given.length), given)).includes(true);
    },
  };
}
