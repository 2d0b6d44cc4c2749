import { createHash, createHmac, hash, timingSafeEqual } from 'node:crypto';
import { must } from '../kernel/error.ts';
import type { TokenHash } from '../kernel/id.ts';
import { deriveKeys } from './derive.ts';
import { ALPHABET } from './random.ts';

/** The hash by which a random token of at least 128 bits is stored and looked up (security SE-2). */
export function hashToken(token: string): TokenHash {
  // The brand stands for this hash.
  return hash('sha256', token) as TokenHash;
}

/**
 * The digest by which a guessable value is stored: an HMAC under the first secret, behind its key id
 * (`1a2b3c4d:<hex>`).
 */
export function keyedDigest(secrets: readonly string[], purpose: string, value: string): string {
  return must(verifyDigests(secrets, purpose, value)[0], `A secret to digest ${purpose} with`);
}

/** The digests under which a value may be stored: one for each secret, in their order (security KR-2). */
export function verifyDigests(secrets: readonly string[], purpose: string, value: string): readonly string[] {
  return deriveKeys(secrets, `digest/${purpose}`).map(
    ({ id, key }) => `${id}:${createHmac('sha256', key).update(value).digest('hex')}`,
  );
}

/**
 * The logout token of a session, derived from the session token alone: it need not be stored, ends with the session and
 * reveals nothing about the session token.
 */
export function logoutTokenOf(sessionToken: string): string {
  // 512 bits modulo 62³²: the bias is negligible.
  let rest = BigInt(`0x${createHmac('sha512', sessionToken).update('sallyport/logout').digest('hex')}`);
  let text = '';
  for (let i = 0; i < 32; i += 1) {
    text += ALPHABET[Number(rest % 62n)];
    rest /= 62n;
  }
  return `ory_lo_${text}`;
}

/**
 * The code that a native app is given when it begins a flow, one for each secret: the flow's id and a MAC of the id, so
 * that nothing is stored. 64 characters, of which 128 bits are secret.
 */
export function initCodes(secrets: readonly string[], flowId: string): readonly string[] {
  const id = flowId.replaceAll('-', '');
  return deriveKeys(secrets, 'exchange').map(
    ({ key }) => `${id}${createHmac('sha256', key).update(id).digest('hex').slice(0, 32)}`,
  );
}

/** Compares two tokens in a time that depends neither on where they differ nor on their lengths. */
export function sameToken(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
