import { timingSafeEqual } from 'node:crypto';
import type { Random } from '../../kernel/random.ts';

/** Signs the random half of a CSRF cookie together with the session it belongs to. */
export interface CsrfSigner {
  sign(message: Uint8Array): Buffer;
  verify(message: Uint8Array, mac: Uint8Array): boolean;
}

/** The values of the CSRF cookie and of the form's token. A half is 16 bytes in base64. */
export interface CsrfTokens {
  /** A new random half. */
  fresh(): string;
  /** The cookie's value: the half and its signature. */
  cookieOf(half: string, sessionId: string | undefined): string;
  /** The half in a cookie's value; undefined unless it was signed here, for this session. */
  halfOf(cookie: string, sessionId: string | undefined): string | undefined;
  /** The form's token: the cookie's bytes under a new mask each time, so that compression reveals nothing (BREACH). */
  tokenOf(half: string, sessionId: string | undefined): string;
  /**
   * The token, masked or not, holds this half; signed under any of the secrets, as form and cookie may differ in age.
   */
  matches(token: string, half: string, sessionId: string | undefined): boolean;
}

const HALF = 16;
const WHOLE = 2 * HALF;

export function createCsrfTokens(signer: CsrfSigner, random: Pick<Random, 'bytes'>): CsrfTokens {
  const whole = (half: string, sessionId: string | undefined): Buffer => {
    const bytes = Buffer.from(half, 'base64');
    return Buffer.concat([bytes, signer.sign(signedOf(bytes, sessionId)).subarray(0, HALF)]);
  };
  const isSigned = (bytes: Buffer, sessionId: string | undefined): boolean =>
    signer.verify(signedOf(bytes, sessionId), bytes.subarray(HALF));
  return {
    fresh: () => random.bytes(HALF).toString('base64'),
    cookieOf: (half, sessionId) => whole(half, sessionId).toString('base64'),
    halfOf(cookie, sessionId) {
      const bytes = decode(cookie, WHOLE);
      return bytes && isSigned(bytes, sessionId) ? bytes.toString('base64', 0, HALF) : undefined;
    },
    tokenOf(half, sessionId) {
      const mask = random.bytes(WHOLE);
      return Buffer.concat([mask, xor(whole(half, sessionId), mask)]).toString('base64');
    },
    matches(token, half, sessionId) {
      const masked = decode(token, 2 * WHOLE);
      const bytes = masked ? xor(masked.subarray(WHOLE), masked.subarray(0, WHOLE)) : decode(token, WHOLE);
      if (!bytes) return false;
      return timingSafeEqual(bytes.subarray(0, HALF), Buffer.from(half, 'base64')) && isSigned(bytes, sessionId);
    },
  };
}

/** The signed bytes: the half, then the session's id. */
const signedOf = (bytes: Buffer, sessionId: string | undefined): Buffer =>
  Buffer.concat([bytes.subarray(0, HALF), Buffer.from(sessionId ?? '')]);

/** Exactly this many bytes, in the one canonical spelling of standard base64. */
function decode(text: string, length: number): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === length && bytes.toString('base64') === text ? bytes : undefined;
}

const xor = (a: Buffer, b: Buffer): Buffer => Buffer.from(a.map((byte, i) => byte ^ (b[i] ?? 0)));
