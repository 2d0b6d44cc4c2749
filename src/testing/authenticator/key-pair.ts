import { generateKeyPairSync, sign, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { Cbor } from './cbor.ts';

/** The signature schemes that pages ask for, and one that they do not: ES384. */
export type Algorithm = 'ES256' | 'ES384' | 'RS256' | 'EdDSA';

export interface KeyPair {
  readonly algorithm: Algorithm;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** Numbers of the IANA registry of COSE algorithms (RFC 9053). */
export const COSE_NUMBERS: Readonly<Record<Algorithm, number>> = { ES256: -7, ES384: -35, RS256: -257, EdDSA: -8 };

const MAKERS: Readonly<Record<Algorithm, () => Omit<KeyPair, 'algorithm'>>> = {
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ES384: () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  EdDSA: () => generateKeyPairSync('ed25519'),
};
const HASHES: Readonly<Record<Algorithm, string | null>> = {
  ES256: 'sha256',
  ES384: 'sha384',
  RS256: 'sha256',
  EdDSA: null,
};

export const makeKeyPair = (algorithm: Algorithm): KeyPair => ({ algorithm, ...MAKERS[algorithm]() });

export const signWith = ({ algorithm, privateKey }: KeyPair, data: Uint8Array): Buffer =>
  sign(HASHES[algorithm], data, privateKey);

/** The public key as an authenticator writes it: a COSE_Key (RFC 9052 §7, RFC 8230 for RSA). */
export function coseKeyOf({ algorithm, publicKey }: KeyPair): ReadonlyMap<number, Cbor> {
  const jwk = publicKey.export({ format: 'jwk' });
  const part = (name: keyof JsonWebKey): Buffer => Buffer.from(String(jwk[name]), 'base64url');
  const alg: [number, Cbor] = [3, COSE_NUMBERS[algorithm]];
  if (algorithm === 'RS256') return new Map([[1, 3], alg, [-1, part('n')], [-2, part('e')]]);
  if (algorithm === 'EdDSA') return new Map([[1, 1], alg, [-1, 6], [-2, part('x')]]);
  return new Map([[1, 2], alg, [-1, algorithm === 'ES256' ? 1 : 2], [-2, part('x')], [-3, part('y')]]);
}
