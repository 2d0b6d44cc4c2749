import type { Context } from 'koa';
import type { CookieSettings } from '../../config/config.ts';
import type { Clock } from '../../kernel/clock.ts';
import { isObject } from '../../kernel/json.ts';
import type { Session } from '../../session/session.ts';
import { expireVariants, readCookies, setCookie } from '../cookies.ts';

/** The content of a session cookie. Times in milliseconds. */
export interface SessionCookieContent {
  readonly token: string;
  /** When the session was to end as the cookie was set; it may have been extended since. */
  readonly expiresAt: number;
}

export interface SessionCookie {
  /** Sets the cookie. Where the browser has sent several of the name, the others end. */
  issue(ctx: Context, token: string, session: Pick<Session, 'expiresAt'>): void;
  /** Ends the cookie. Where the browser has sent several of the name, the others end, too. */
  clear(ctx: Context): void;
  /** Ends the cookies of the name wherever the browser may keep them. */
  clearAll(ctx: Context): void;
  /** The cookies that were sealed here, under one of the secrets, for this name and origin, in the order of the request. */
  read(ctx: Context): readonly SessionCookieContent[];
}

export interface SessionCookieDependencies {
  readonly keyring: {
    seal(plain: string, bound: string): string;
    open(box: string, bound: string): Buffer | undefined;
  };
  readonly clock: Clock;
  readonly settings: CookieSettings & { readonly name: string; readonly persistent: boolean };
  /** The public base URL: the cookie of one environment is invalid in another. */
  readonly baseUrl: string;
}

const MAX_BYTES = 4_096;

/**
 * The encrypted cookie with a session token (security SE-3, SE-4); each cookie has a new value, even for the same
 * session.
 */
export function createSessionCookie({ keyring, clock, settings, baseUrl }: SessionCookieDependencies): SessionCookie {
  const { name, persistent, path, domain, secure, sameSite } = settings;
  const attributes = { path, domain, secure, sameSite };
  const bound = JSON.stringify(['session cookie', 1, name, new URL(baseUrl).origin]);
  const several = (ctx: Context): boolean => readCookies(ctx.get('Cookie'), name).length > 1;
  const expire = (ctx: Context, keep: boolean): void =>
    expireVariants(ctx, name, attributes, { address: new URL(`${baseUrl}${ctx.path}`), keep });
  return {
    read: (ctx) =>
      readCookies(ctx.get('Cookie'), name).flatMap((value) =>
        value.length > MAX_BYTES ? [] : (parseContent(keyring.open(value, bound)) ?? []),
      ),
    issue(ctx, token, { expiresAt }) {
      const value = keyring.seal(JSON.stringify({ token, expires_at: expiresAt }), bound);
      const left = Math.max(0, Math.floor((expiresAt - clock.now()) / 1_000));
      setCookie(ctx, name, value, persistent ? { ...attributes, expires: expiresAt, maxAge: left } : attributes);
      if (several(ctx)) expire(ctx, true);
    },
    clear(ctx) {
      setCookie(ctx, name, '', { ...attributes, expires: 0, maxAge: 0 });
      if (several(ctx)) expire(ctx, true);
    },
    clearAll: (ctx) => expire(ctx, false),
  };
}

function parseContent(plain: Buffer | undefined): SessionCookieContent | undefined {
  if (!plain) return undefined;
  // The cookie was decrypted, so this function's counterpart wrote it; an older form is invalid.
  const value: unknown = JSON.parse(plain.toString());
  if (!isObject(value)) return undefined;
  const { token, expires_at: expiresAt } = value;
  return typeof token === 'string' && typeof expiresAt === 'number' ? { token, expiresAt } : undefined;
}
