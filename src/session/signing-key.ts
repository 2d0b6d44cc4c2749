import type { CryptoKey, JWK } from 'jose';
import { isObject } from '../kernel/json.ts';
import { SIGNATURE_ALGORITHMS } from '../kernel/signature-algorithms.ts';

const ALGORITHMS: ReadonlySet<string> = new Set(SIGNATURE_ALGORITHMS);

/** The members of a key that anybody may know (RFC 7518, sections 6.2.1 and 6.3.1; RFC 8037, section 2). */
const PUBLIC: Readonly<Record<string, readonly (keyof JWK)[]>> = {
  EC: ['crv', 'x', 'y'],
  RSA: ['n', 'e'],
  OKP: ['crv', 'x'],
};

export interface SigningKey {
  readonly key: CryptoKey | Uint8Array;
  readonly algorithm: string;
  readonly id: string;
}

export interface KeySet {
  /** The first key signs. */
  readonly signing: SigningKey;
  /** What checks tokens: the public part of every key, so that those of before and after a rotation are known. */
  readonly published: readonly JWK[];
}

/**
 * Reads a JSON web key set (RFC 7517, section 5). A text: what is wrong with it, for the operator; it quotes nothing of a
 * key. A key without `kid` is named by its thumbprint (RFC 7638).
 */
export async function readKeySet(text: string): Promise<KeySet | string> {
  const keys = keysOf(text);
  if (keys === undefined) return 'is no JSON web key set: `{ "keys": [ … ] }`';
  const [first] = keys;
  if (first === undefined) return 'has no key';
  const { alg, d } = first;
  if (typeof alg !== 'string') return 'has a first key without `alg`';
  if (!ALGORITHMS.has(alg)) return `has a first key for ${/^[A-Za-z0-9-]{1,16}$/.test(alg) ? alg : 'something else'}`;
  if (typeof d !== 'string') return 'has a first key that cannot sign: it has no private part';
  const { importJWK } = await import('jose');
  try {
    const published = await Promise.all(keys.filter(isPublishable).map(publicPartOf));
    const id = (await publicPartOf(first)).kid ?? '';
    return { signing: { key: await importJWK(first, alg), algorithm: alg, id }, published };
  } catch {
    return 'has a key that is broken';
  }
}

function keysOf(text: string): readonly JWK[] | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    const keys = isObject(parsed) ? parsed['keys'] : undefined;
    return Array.isArray(keys) ? keys.filter((each): each is JWK => isObject(each)) : undefined;
  } catch {
    return undefined; // no JSON
  }
}

/** A secret that signs and checks would be given away. */
const isPublishable = ({ kty, alg }: JWK): boolean =>
  kty !== undefined && PUBLIC[kty] !== undefined && alg !== undefined && ALGORITHMS.has(alg);

async function publicPartOf(key: JWK): Promise<JWK> {
  const { calculateJwkThumbprint } = await import('jose');
  const { kty = '', alg, kid } = key;
  const members = Object.fromEntries((PUBLIC[kty] ?? []).map((name) => [name, key[name]]));
  return { kty, use: 'sig', alg, kid: kid ?? (await calculateJwkThumbprint(key)), ...members } as JWK; // as RFC 7517 has it
}
