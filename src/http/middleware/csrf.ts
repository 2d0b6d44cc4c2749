import { createHash } from 'node:crypto';
import type { Context } from 'koa';
import type { CookieSettings } from '../../config/config.ts';
import type { Random } from '../../kernel/random.ts';
import { expireVariants, readCookies, setCookie } from '../cookies.ts';
import { createCsrfTokens, type CsrfSigner } from './csrf-token.ts';
import { cookieReason, violation, type Violation } from './csrf-violation.ts';

/** The CSRF cookie: a random half and its signature, bound to the session of the request (security CS-1). */
export interface Csrf {
  /** The half of a valid cookie; without one a new cookie is set, and of several the last stays. Base64. */
  ensure(ctx: Context, sessionId: string | undefined): string;
  /** Sets a new cookie with this half. */
  set(ctx: Context, half: string, sessionId: string | undefined): void;
  /** The token for a form: masked anew each time. */
  token(half: string, sessionId: string | undefined): string;
  /** A random half for a cookie that may be set later. */
  fresh(): string;
  /** The halves of all valid cookies. */
  halves(ctx: Context, sessionId: string | undefined): readonly string[];
  /** True for the browser that opened the flow. */
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
  readonly signer: CsrfSigner;
  readonly random: Pick<Random, 'bytes'>;
  readonly settings: CookieSettings;
  /** As written in the configuration, with its trailing slash: the cookie's name is made from it. */
  readonly writtenBaseUrl: string;
  /** Is told why a request was refused. */
  readonly refused: (why: Violation['why']) => void;
}

const YEAR = 31_536_000;

/** Double submit with a masked token that is bound to the session (security CS-1). */
export function createCsrf({ signer, random, settings, writtenBaseUrl, refused }: CsrfDependencies): Csrf {
  const tokens = createCsrfTokens(signer, random);
  const cookieName = csrfCookieName(writtenBaseUrl);
  const { path, domain, secure } = settings;
  // Browsers refuse `None` without `Secure`.
  const sameSite = secure ? settings.sameSite : 'lax';

  const attributes = { path, domain, secure, sameSite, maxAge: YEAR };
  const base = writtenBaseUrl.replace(/\/+$/, '');

  /**
   * The halves of all cookies that were signed here and are bound to this session. There are several where the domain or
   * the path of the cookie was changed: browsers keep the old one and send both.
   */
  const read = (ctx: Context, sessionId: string | undefined): readonly string[] =>
    readCookies(ctx.get('Cookie'), cookieName).flatMap((value) => tokens.halfOf(value, sessionId) ?? []);
  const set: Csrf['set'] = (ctx, half, sessionId) =>
    setCookie(ctx, cookieName, tokens.cookieOf(half, sessionId), attributes);

  const refuse = (ctx: Context, found: Violation): never => {
    refused(found.why);
    throw violation(ctx, found);
  };

  return {
    set,
    fresh: () => tokens.fresh(),
    halves: read,
    token: (half, sessionId) => tokens.tokenOf(half, sessionId),
    ensure(ctx, sessionId) {
      const present = read(ctx, sessionId).at(-1);
      const several = readCookies(ctx.get('Cookie'), cookieName).length > 1;
      if (present !== undefined && !several) return present;
      const half = present ?? tokens.fresh();
      set(ctx, half, sessionId);
      if (several) expireVariants(ctx, cookieName, attributes, { address: new URL(`${base}${ctx.path}`), keep: true });
      return half;
    },
    owns: (ctx, flowHalf, sessionId) => flowHalf !== '' && read(ctx, sessionId).includes(flowHalf),
    check(ctx, flowHalf, sessionId, submitted) {
      if (flowHalf === '' || !read(ctx, sessionId).includes(flowHalf)) refuse(ctx, cookieReason(ctx, cookieName));
      if (submitted === 'fetch') return;
      const { token } = submitted;
      if (token === undefined || token === '')
        return refuse(ctx, { why: 'no_token', text: 'The CSRF cookie is there, but the body carries no csrf_token.' });
      if (!tokens.matches(token, flowHalf, sessionId))
        refuse(ctx, { why: 'wrong_token', text: 'The csrf_token of the body does not match the CSRF cookie.' });
    },
  };
}

/** The reference's name: it tells servers on one host apart. */
export function csrfCookieName(writtenBaseUrl: string): string {
  return `csrf_token_${createHash('sha256').update(writtenBaseUrl).digest('hex')}`;
}
