import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { must } from '../kernel/error.ts';
import { deriveKeys } from './derive.ts';

/** Seals and opens values under one purpose's keys. */
export interface Keyring {
  /** Base64url; a new nonce each time. `bound` is what the box belongs to, and has to be given again to open it. */
  seal(plain: string | Uint8Array, bound: string): string;
  /** Undefined for whatever was not sealed so, by any of the secrets: never an error (SE-4, KR-4). */
  open(box: string, bound: string): Buffer | undefined;
}

const VERSION = 1;
const ID = 4;
const NONCE = 12;
const TAG = 16;
const HEAD = 1 + ID + NONCE;

/** AES-256-GCM with a key derived for `purpose`: version, key id, nonce, what was sealed, tag. */
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
      // Decoding forgives stray characters and spare bits; two texts for one box would be one too many.
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
    // A wrong tag is the answer, not an accident: whatever does not open is a non-match.
    return undefined;
  }
}

/** Version and key id are vouched for too. */
const associated = (head: Buffer, bound: string): Buffer =>
  Buffer.concat([head.subarray(0, 1 + ID), Buffer.from(bound)]);
