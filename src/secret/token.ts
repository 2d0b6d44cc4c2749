import { createHash, createHmac, hash, timingSafeEqual } from 'node:crypto';
import { must } from '../kernel/error.ts';
import type { TokenHash } from '../kernel/id.ts';
import { deriveKeys } from './derive.ts';
import { ALPHABET } from './random.ts';

/** How a random token of at least 128 bits is stored and looked up (SE-2). */
export function hashToken(token: string): TokenHash {
  // The brand says that this is what was done.
  return hash('sha256', token) as TokenHash;
}

/** How what can be guessed is stored: an HMAC under the first secret, its key id in front (`1a2b3c4d:<hex>`). */
export function keyedDigest(secrets: readonly string[], purpose: string, value: string): string {
  return must(verifyDigests(secrets, purpose, value)[0], `A secret to digest ${purpose} with`);
}

/** Every digest under which this value may be stored: one for each secret, the first one's first (KR-2). */
export function verifyDigests(secrets: readonly string[], purpose: string, value: string): readonly string[] {
  return deriveKeys(secrets, `digest/${purpose}`).map(
    ({ id, key }) => `${id}:${createHmac('sha256', key).update(value).digest('hex')}`,
  );
}

/**
 * The logout token of a session: follows from the session's token and from nothing else, so it is stored nowhere, ends
 * with the session and tells nothing about the token it comes from.
 */
export function logoutTokenOf(sessionToken: string): string {
  // 512 bits brought down to 190: what the remainder favours is beyond measure.
  let rest = BigInt(`0x${createHmac('sha512', sessionToken).update('sallyport/logout').digest('hex')}`);
  let text = '';
  for (let i = 0; i < 32; i += 1) {
    text += ALPHABET[Number(rest % 62n)];
    rest /= 62n;
  }
  return `ory_lo_${text}`;
}

/**
 * What a native app is given when it begins a flow: the flow's id and a MAC of it under each secret, so that nothing has to
 * be stored. 64 characters; 128 bits nobody can guess.
 */
export function initCodes(secrets: readonly string[], flowId: string): readonly string[] {
  const id = flowId.replaceAll('-', '');
  return deriveKeys(secrets, 'exchange').map(
    ({ key }) => `${id}${createHmac('sha256', key).update(id).digest('hex').slice(0, 32)}`,
  );
}

/** Compares two tokens without telling by time where they differ, or how long they are. */
export function sameToken(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
