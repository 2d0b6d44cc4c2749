import type { Context } from 'koa';
import type { CookieSettings } from '../../config/config.ts';
import type { Clock } from '../../kernel/clock.ts';
import { isObject } from '../../kernel/json.ts';
import type { Session } from '../../session/session.ts';
import { readCookies, setCookie } from '../cookies.ts';

/** The content of a session cookie. Times in milliseconds. */
export interface SessionCookieContent {
  readonly token: string;
  readonly expiresAt: number;
}

export interface SessionCookie {
  issue(ctx: Context, token: string, session: Session): void;
  clear(ctx: Context): void;
  /** Undefined for a cookie that was not sealed here, under one of the secrets, for this name and origin. */
  read(ctx: Context): SessionCookieContent | undefined;
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
  return {
    read(ctx) {
      // The first valid cookie: a planted one beside it must not sign the person out.
      for (const value of readCookies(ctx.get('Cookie'), name)) {
        const content = value.length > MAX_BYTES ? undefined : parseContent(keyring.open(value, bound));
        if (content && content.expiresAt > clock.now()) return content;
      }
      return undefined;
    },
    issue(ctx, token, { expiresAt }) {
      const value = keyring.seal(JSON.stringify({ token, expires_at: expiresAt }), bound);
      const left = Math.max(0, Math.floor((expiresAt - clock.now()) / 1_000));
      setCookie(ctx, name, value, persistent ? { ...attributes, expires: expiresAt, maxAge: left } : attributes);
    },
    clear(ctx) {
      setCookie(ctx, name, '', { ...attributes, expires: 0, maxAge: 0 });
    },
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
