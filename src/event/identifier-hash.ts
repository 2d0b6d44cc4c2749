import { createHmac } from 'node:crypto';
import { must } from '../kernel/error.ts';
import { deriveKeys } from '../secret/derive.ts';

/** `h1.<key id>.<16 bytes, base64url>`: equal for equal identifiers under one key, and no way back without it. */
export type IdentifierHash = (canonical: string) => string;

/**
 * HMAC-SHA-256 over the canonical identifier, under a key derived from the first secret. A new first secret gives a new key
 * id, and lines of one identifier join only within a key id.
 */
export function createIdentifierHash(secrets: readonly string[]): IdentifierHash {
  const keys = deriveKeys(secrets.slice(0, 1), 'event identifier');
  return (canonical) => {
    const { id, key } = must(keys[0], 'A secret to hash identifiers with'); // a courier has none, and tells of nobody
    const mac = createHmac('sha256', key).update(canonical).digest();
    return `h1.${id}.${mac.subarray(0, 16).toString('base64url')}`;
  };
}
