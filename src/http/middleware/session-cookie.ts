import type { Context } from 'koa';
import type { CookieSettings } from '../../config/config.ts';
import type { Clock } from '../../kernel/clock.ts';
import { isObject } from '../../kernel/json.ts';
import type { Session } from '../../session/session.ts';
import { createSealedCookie, type Keyring } from './sealed-cookie.ts';

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
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly settings: CookieSettings & { readonly name: string; readonly persistent: boolean };
  /** The public base URL: the cookie of one environment is invalid in another. */
  readonly baseUrl: string;
  /** The token in a cookie of this name that the server before this one has sealed; absent: there was none. */
  readonly foreignToken?: (value: string) => string | undefined;
}

const MAX_BYTES = 4_096;

/**
 * The encrypted cookie with a session token (security SE-3, SE-4); each cookie has a new value, even for the same
 * session.
 */
export function createSessionCookie(parts: SessionCookieDependencies): SessionCookie {
  const { keyring, clock, settings, baseUrl, foreignToken = () => undefined } = parts;
  const { name, persistent } = settings;
  const cookie = createSealedCookie({
    keyring,
    what: 'session cookie',
    name,
    settings,
    baseUrl,
    maxBytes: MAX_BYTES,
    openForeign(value) {
      const token = foreignToken(value);
      // Its end is in the row alone. One that is over is renewed with the first answer, and so becomes one of ours.
      return token === undefined ? undefined : JSON.stringify({ token, expires_at: 0 });
    },
  });
  return {
    read: (ctx) => cookie.read(ctx).flatMap((content) => parseContent(content) ?? []),
    issue(ctx, token, { expiresAt }) {
      const left = Math.max(0, Math.floor((expiresAt - clock.now()) / 1_000));
      const content = JSON.stringify({ token, expires_at: expiresAt });
      cookie.set(ctx, content, persistent ? { expires: expiresAt, maxAge: left } : undefined);
      cookie.endOthers(ctx);
    },
    clear(ctx) {
      cookie.end(ctx);
      cookie.endOthers(ctx);
    },
    clearAll: (ctx) => cookie.endAll(ctx),
  };
}

function parseContent(content: string): SessionCookieContent | undefined {
  // The cookie was decrypted, so this function's counterpart wrote it; an older form is invalid.
  const value: unknown = JSON.parse(content);
  if (!isObject(value)) return undefined;
  const { token, expires_at: expiresAt } = value;
  return typeof token === 'string' && typeof expiresAt === 'number' ? { token, expiresAt } : undefined;
}
