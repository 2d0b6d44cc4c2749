import { createDecipheriv } from 'node:crypto';
import { decodeUtf8 } from '../kernel/utf8.ts';
import { xchacha20Poly1305 } from './xchacha20.ts';

const TAG = 16;
const NONCE = 12;

/**
 * Opens tokens of providers as the reference seals them, in hexadecimal: by XChaCha20-Poly1305 or AES-256-GCM under one of its
 * secrets of 32 bytes, or not at all. Nothing in a token names its cipher, so each is tried; plain text comes last, because
 * anything might be it.
 */
export function createTokenOpener(secrets: readonly string[]): (sealed: string) => string | undefined {
  const keys = secrets.map((secret) => Buffer.from(secret)).filter(({ length }) => length === 32);
  return (sealed) => {
    if (!/^(?:[\da-f]{2})+$/.test(sealed)) return undefined;
    const bytes = Buffer.from(sealed, 'hex');
    for (const key of keys) {
      const plain = xchacha20Poly1305(key, bytes) ?? aesGcm(key, bytes);
      if (plain !== undefined) return decodeUtf8(plain);
    }
    const text = decodeUtf8(bytes);
    // Bytes of a cipher are hardly ever text; a token is printable.
    return text !== undefined && /^[\u0020-\u007e]+$/.test(text) ? text : undefined;
  };
}

function aesGcm(key: Buffer, bytes: Buffer): Buffer | undefined {
  if (bytes.length < NONCE + TAG) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE), { authTagLength: TAG });
  decipher.setAuthTag(bytes.subarray(-TAG));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(NONCE, -TAG)), decipher.final()]);
  } catch {
    // A wrong tag throws: another key, or another cipher.
    return undefined;
  }
}
