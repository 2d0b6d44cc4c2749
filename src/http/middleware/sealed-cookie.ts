import type { Context } from 'koa';
import type { CookieSettings } from '../../config/config.ts';
import { expireVariants, readCookies, setCookie } from '../cookies.ts';

/** A cookie whose content this server alone reads and writes, for its name and the public origin alone. */
export interface SealedCookie {
  /** The contents of the cookies of the name that were sealed here, of the first `most` of them, in the order of the request. */
  read(ctx: Context, most?: number): readonly string[];
  /** Without `lasting` it ends with the browser. `expires`: epoch milliseconds; `maxAge`: seconds. */
  set(ctx: Context, content: string, lasting?: { readonly expires: number; readonly maxAge: number }): void;
  end(ctx: Context): void;
  /** Where the browser has sent several of the name, the others end. */
  endOthers(ctx: Context): void;
  /** Ends the cookies of the name wherever the browser may keep them. */
  endAll(ctx: Context): void;
}

export interface Keyring {
  seal(plain: string, bound: string): string;
  open(box: string, bound: string): Buffer | undefined;
}

export interface SealedCookieParts {
  readonly keyring: Keyring;
  /** What it is: no other kind of cookie is taken for it. */
  readonly what: string;
  readonly name: string;
  readonly settings: CookieSettings;
  /** The public base URL: the cookie of one environment is invalid in another. */
  readonly baseUrl: string;
  /** Longer ones were not sealed here. */
  readonly maxBytes: number;
  /** The content of a cookie of this name that another server has sealed; absent: none is taken. */
  readonly openForeign?: (value: string) => string | undefined;
}

export function createSealedCookie({
  keyring,
  what,
  name,
  settings,
  baseUrl,
  maxBytes,
  openForeign = () => undefined,
}: SealedCookieParts): SealedCookie {
  const { path, domain, secure, sameSite } = settings;
  const attributes = { path, domain, secure, sameSite };
  const bound = JSON.stringify([what, 1, name, new URL(baseUrl).origin]);
  const sent = (ctx: Context): readonly string[] => readCookies(ctx.get('Cookie'), name);
  const expire = (ctx: Context, keep: boolean): void =>
    expireVariants(ctx, name, attributes, { address: new URL(`${baseUrl}${ctx.path}`), keep });
  return {
    read: (ctx, most) =>
      sent(ctx)
        .slice(0, most)
        .flatMap((value) =>
          value.length > maxBytes ? [] : (keyring.open(value, bound)?.toString() ?? openForeign(value) ?? []),
        ),
    set: (ctx, content, lasting) => setCookie(ctx, name, keyring.seal(content, bound), { ...attributes, ...lasting }),
    end: (ctx) => setCookie(ctx, name, '', { ...attributes, expires: 0, maxAge: 0 }),
    endOthers(ctx) {
      if (sent(ctx).length > 1) expire(ctx, true);
    },
    endAll: (ctx) => expire(ctx, false),
  };
}
