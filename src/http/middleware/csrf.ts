import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context } from 'koa';
import type { CookieSettings } from '../../config/config.ts';
import type { Random } from '../../kernel/random.ts';
import { readCookies, setCookie } from '../cookies.ts';
import { cookieReason, violation } from './csrf-violation.ts';

/** The CSRF cookie: 16 random bytes and a keyed half bound to the session presented (security CS-1). */
export interface Csrf {
  /** The cookie's random half if the cookie is right; else a new cookie is set. Base64. */
  ensure(ctx: Context, sessionId: string | undefined): string;
  /** Sets a new cookie with this half. */
  set(ctx: Context, half: string, sessionId: string | undefined): void;
  /** The token for a form: masked anew each time. */
  token(half: string, sessionId: string | undefined): string;
  /** A random half for a cookie that may be set later. */
  fresh(): string;
  /** True for the browser that began the flow. */
  owns(ctx: Context, flowHalf: string, sessionId: string | undefined): boolean;
  /** Throws `security_csrf_violation` unless cookie, flow and (where given) submitted token agree. */
  check(
    ctx: Context,
    flowHalf: string,
    sessionId: string | undefined,
    submitted: 'fetch' | { readonly token: string | undefined },
  ): void;
}

export interface CsrfDependencies {
  readonly signer: {
    sign(message: Uint8Array): Buffer;
    verify(message: Uint8Array, mac: Uint8Array): boolean;
  };
  readonly random: Pick<Random, 'bytes'>;
  readonly settings: CookieSettings;
  /** As written in the configuration, trailing slash and all: the cookie's name is made from it. */
  readonly writtenBaseUrl: string;
}

const HALF = 16;
const WHOLE = 2 * HALF;
const YEAR = 31_536_000;

/** Double submit, masked, bound to the session (CS-1): 16 random bytes, and 16 that vouch for them and their session. */
export function createCsrf({ signer, random, settings, writtenBaseUrl }: CsrfDependencies): Csrf {
  const cookieName = csrfCookieName(writtenBaseUrl);
  const { path, domain, secure } = settings;
  // Browsers refuse `None` without `Secure`.
  const sameSite = secure ? settings.sameSite : 'lax';

  const whole = (half: Buffer, sessionId: string | undefined): Buffer =>
    Buffer.concat([half, signer.sign(bind(half, sessionId)).subarray(0, HALF)]);
  const vouched = (bytes: Buffer, sessionId: string | undefined): boolean =>
    signer.verify(bind(bytes, sessionId), bytes.subarray(HALF));

  /** Undefined when the cookie is missing, doubled, malformed, not ours, or bound to another session. */
  const read = (ctx: Context, sessionId: string | undefined): string | undefined => {
    const [value, ...more] = readCookies(ctx.get('Cookie'), cookieName);
    const bytes = value === undefined || more.length > 0 ? undefined : decode(value, WHOLE);
    return bytes && vouched(bytes, sessionId) ? bytes.toString('base64', 0, HALF) : undefined;
  };
  /** Its own half vouched for under any secret: the form may be older than the newest one, or the cookie. */
  const matches = (submitted: string, half: string, sessionId: string | undefined): boolean => {
    const masked = decode(submitted, 2 * WHOLE);
    const bytes = masked ? xor(masked.subarray(WHOLE), masked.subarray(0, WHOLE)) : decode(submitted, WHOLE);
    if (!bytes) return false;
    return timingSafeEqual(bytes.subarray(0, HALF), Buffer.from(half, 'base64')) && vouched(bytes, sessionId);
  };
  const set: Csrf['set'] = (ctx, half, sessionId) => {
    const value = whole(Buffer.from(half, 'base64'), sessionId).toString('base64');
    setCookie(ctx, cookieName, value, { path, domain, secure, sameSite, maxAge: YEAR });
  };
  const fresh = (): string => random.bytes(HALF).toString('base64');

  return {
    set,
    fresh,
    ensure(ctx, sessionId) {
      const present = read(ctx, sessionId);
      if (present !== undefined) return present;
      const half = fresh();
      set(ctx, half, sessionId);
      return half;
    },
    token(half, sessionId) {
      const bytes = whole(Buffer.from(half, 'base64'), sessionId);
      // A new pad for every answer: compression tells nothing about what is in it.
      const pad = random.bytes(WHOLE);
      return Buffer.concat([pad, xor(bytes, pad)]).toString('base64');
    },
    owns: (ctx, flowHalf, sessionId) => flowHalf !== '' && read(ctx, sessionId) === flowHalf,
    check(ctx, flowHalf, sessionId, submitted) {
      const half = read(ctx, sessionId);
      if (half === undefined || half !== flowHalf) throw violation(ctx, cookieReason(ctx, cookieName));
      if (submitted === 'fetch') return;
      const { token } = submitted;
      if (token === undefined || token === '') {
        throw violation(ctx, 'The CSRF cookie is there, but the body carries no csrf_token.');
      }
      if (!matches(token, half, sessionId)) {
        throw violation(ctx, 'The csrf_token of the body does not match the CSRF cookie.');
      }
    },
  };
}

export function csrfCookieName(writtenBaseUrl: string): string {
  return `csrf_token_${createHash('sha256').update(writtenBaseUrl).digest('hex')}`;
}

/** The half that is vouched for, and the session it is vouched for with. */
function bind(bytes: Buffer, sessionId: string | undefined): Buffer {
  return Buffer.concat([bytes.subarray(0, HALF), Buffer.from(sessionId ?? '')]);
}

/** Exactly so many bytes in standard base64, written in the one way there is. */
function decode(text: string, length: number): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === length && bytes.toString('base64') === text ? bytes : undefined;
}

const xor = (a: Buffer, b: Buffer): Buffer => Buffer.from(a.map((byte, i) => byte ^ (b[i] ?? 0)));
