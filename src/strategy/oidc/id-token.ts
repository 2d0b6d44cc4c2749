import { createHash, timingSafeEqual } from 'node:crypto';
import { isObject, type JsonObject } from '../../kernel/json.ts';
import { SIGNATURE_ALGORITHMS } from '../../kernel/signature-algorithms.ts';
import type { Keys } from './keys.ts';
import { Trouble } from './provider-error.ts';

export interface IdTokenChecks {
  readonly keys: Keys;
  /** Byte for byte. */
  readonly issuer: (iss: string, claims: JsonObject) => boolean;
  /** The client id, and what else a token may be made out to. */
  readonly clientId: string;
  readonly audiences: readonly string[];
  readonly nonce: string;
  /** Milliseconds. */
  readonly now: number;
}

/** Asymmetric alone (security OI-5). `Ed25519` is a newer name of one of them (RFC 9864). */
const ALGORITHMS = [...SIGNATURE_ALGORITHMS, 'Ed25519'];
const MAX_BYTES = 16_384;
const SKEW = 60;

/** The claims of an ID token that is what it says (OpenID Connect Core 3.1.3.7); throws `Trouble`. */
export async function verifyIdToken(token: string, checks: IdTokenChecks): Promise<JsonObject> {
  if (Buffer.byteLength(token) > MAX_BYTES) throw new Trouble('untrusted', 'The ID token is larger than 16 KiB.');
  const { jwtVerify } = await import('jose');
  const { payload } = await jwtVerify(token, (header, input) => checks.keys.find(header, input), {
    algorithms: ALGORITHMS,
    audience: [...checks.audiences],
    clockTolerance: SKEW,
    currentDate: new Date(checks.now),
    requiredClaims: ['iss', 'sub', 'aud', 'exp', 'iat'],
  }).catch((error: unknown) => {
    throw error instanceof Trouble ? error : new Trouble('untrusted', `The ID token does not hold: ${whyOf(error)}.`);
  });
  if (!isObject(payload)) throw new Trouble('untrusted', 'The ID token holds no claims.');
  const claims = payload as JsonObject; // parsed from JSON
  const { iss, sub, aud, azp, iat, nonce } = claims;
  if (typeof iss !== 'string' || !checks.issuer(iss, claims))
    throw new Trouble('untrusted', 'The ID token was issued by somebody else.');
  if (typeof sub !== 'string' || sub === '' || sub.length > 255)
    throw new Trouble('untrusted', 'The ID token names nobody.');
  if (azp !== undefined && (typeof azp !== 'string' || !checks.audiences.includes(azp)))
    throw new Trouble('untrusted', 'The ID token was made for another client.');
  if (Array.isArray(aud) && aud.length > 1 && azp === undefined)
    throw new Trouble('untrusted', 'The ID token has several audiences and does not say whose it is.');
  if (typeof iat !== 'number' || iat > checks.now / 1_000 + SKEW)
    throw new Trouble('untrusted', 'The ID token comes from the future.');
  if (typeof nonce !== 'string' || !same(nonce, checks.nonce))
    throw new Trouble('untrusted', 'The ID token answers another question (nonce).');
  return claims;
}

/** jose names what failed without quoting it. */
function whyOf(error: unknown): string {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  const claim: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'claim') : undefined;
  return [code, claim].filter((part) => typeof part === 'string').join(' ') || 'it cannot be read';
}

const same = (a: string, b: string): boolean => {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
};
