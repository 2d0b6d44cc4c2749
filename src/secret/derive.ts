import { hkdfSync } from 'node:crypto';

/** What a secret of the configuration is used for: each purpose has keys of its own (KR-1). */
export interface DerivedKey {
  /** Eight hexadecimal characters that name the key and tell nothing about it. */
  readonly id: string;
  readonly key: Buffer;
}

/** The keys of one purpose, in the order of the secrets: the first seals, all open. */
export function deriveKeys(secrets: readonly string[], purpose: string): readonly DerivedKey[] {
  return secrets.map((secret) => ({
    id: hkdf(secret, `sallyport/${purpose}/id`, 4).toString('hex'),
    key: hkdf(secret, `sallyport/${purpose}/key`, 32),
  }));
}

function hkdf(secret: string, label: string, length: number): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', label, length));
}
