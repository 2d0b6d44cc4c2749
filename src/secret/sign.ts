import { createHmac, timingSafeEqual } from 'node:crypto';
import { must } from '../kernel/error.ts';
import { deriveKeys } from './derive.ts';

/** Signs bytes that leave the server and come back. */
export interface Signer {
  /** HMAC-SHA-256 under the first secret, 32 bytes. */
  sign(message: Uint8Array): Buffer;
  /** True when `mac` is the beginning of the HMAC under any secret; 16 to 32 bytes. There is no room for a key id. */
  verify(message: Uint8Array, mac: Uint8Array): boolean;
}

/** HMAC-SHA-256 with keys derived for `purpose`. */
export function createSigner(secrets: readonly string[], purpose: string): Signer {
  const keys = deriveKeys(secrets, purpose).map(({ key }) => key);
  const mac = (key: Buffer, message: Uint8Array) => createHmac('sha256', key).update(message).digest();
  return {
    sign: (message) => mac(must(keys[0], `A secret to sign ${purpose} with`), message),
    verify(message, given) {
      if (given.length < 16 || given.length > 32) return false;
      // Every key is tried, so that timing does not reveal which one matched.
      return keys.map((key) => timingSafeEqual(mac(key, message).subarray(0, given.length), given)).includes(true);
    },
  };
}
