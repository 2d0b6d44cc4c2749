import { hkdfSync } from 'node:crypto';

/** A key derived from a secret of the configuration. Each purpose has keys of its own (security KR-1). */
export interface DerivedKey {
  /** Eight hexadecimal characters that identify the key and reveal nothing about it. */
  readonly id: string;
  readonly key: Buffer;
}

/**
 * The keys of one purpose, by HKDF-SHA-256 (RFC 5869), in the order of the secrets: the first encrypts, all decrypt.
 */
export function deriveKeys(secrets: readonly string[], purpose: string): readonly DerivedKey[] {
  return secrets.map((secret) => ({
    id: hkdf(secret, `sallyport/${purpose}/id`, 4).toString('hex'),
    key: hkdf(secret, `sallyport/${purpose}/key`, 32),
  }));
}

function hkdf(secret: string, label: string, length: number): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', label, length));
}
