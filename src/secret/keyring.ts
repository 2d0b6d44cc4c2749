import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { must } from '../kernel/error.ts';
import { deriveKeys } from './derive.ts';

/** Encrypts and decrypts values under the keys of one purpose. */
export interface Keyring {
  /**
   * Encrypts a value under a new nonce; base64url. `bound` names what the value belongs to, and `open` needs the same
   * text. Throws an Error when there is no secret.
   */
  seal(plain: string | Uint8Array, bound: string): string;
  /** Decrypts a sealed value. Undefined, never an error, for any other text (security SE-4, KR-4). */
  open(box: string, bound: string): Buffer | undefined;
}

const VERSION = 1;
const ID = 4;
const NONCE = 12;
const TAG = 16;
const HEAD = 1 + ID + NONCE;

/** AES-256-GCM with keys derived for `purpose`. A sealed value is version, key id, nonce, ciphertext, tag. */
export function createKeyring(secrets: readonly string[], purpose: string): Keyring {
  const keys = deriveKeys(secrets, purpose);
  return {
    seal(plain, bound) {
      const { id, key } = must(keys[0], `A secret to seal ${purpose} with`);
      const head = Buffer.concat([Buffer.from([VERSION]), Buffer.from(id, 'hex'), randomBytes(NONCE)]);
      const cipher = createCipheriv('aes-256-gcm', key, head.subarray(1 + ID), { authTagLength: TAG });
      cipher.setAAD(associated(head, bound));
      const sealed = [cipher.update(plain), cipher.final()];
      return Buffer.concat([head, ...sealed, cipher.getAuthTag()]).toString('base64url');
    },
    open(box, bound) {
      const bytes = Buffer.from(box, 'base64url');
      // Base64 decoding ignores stray characters and spare bits: only the one exact spelling is accepted.
      if (bytes.length < HEAD + TAG || bytes[0] !== VERSION || bytes.toString('base64url') !== box) return undefined;
      const id = bytes.toString('hex', 1, 1 + ID);
      for (const each of keys) {
        const plain = each.id === id ? decrypt(each.key, bytes, bound) : undefined;
        if (plain) return plain;
      }
      return undefined;
    },
  };
}

function decrypt(key: Buffer, bytes: Buffer, bound: string): Buffer | undefined {
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(1 + ID, HEAD), { authTagLength: TAG });
  decipher.setAAD(associated(bytes.subarray(0, HEAD), bound));
  decipher.setAuthTag(bytes.subarray(-TAG));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(HEAD, -TAG)), decipher.final()]);
  } catch {
    // A wrong tag throws: the value was not sealed with this key and binding.
    return undefined;
  }
}

/** The associated data: version, key id and binding. */
const associated = (head: Buffer, bound: string): Buffer =>
  Buffer.concat([head.subarray(0, 1 + ID), Buffer.from(bound)]);
