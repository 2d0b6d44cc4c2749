import type { Context } from 'koa';

/** All values of one name, in their order: a browser sends a name twice for two paths, or for a planted cookie. */
export function readCookies(header: string | undefined, name: string): readonly string[] {
  return (header ?? '').split(';').flatMap((each) => {
    const at = each.indexOf('=');
    if (at < 0 || each.slice(0, at).trim() !== name) return [];
    const value = each.slice(at + 1).trim();
    return [/^".*"$/.test(value) ? value.slice(1, -1) : value];
  });
}

/** The names of all cookies. */
export function cookieNames(header: string | undefined): readonly string[] {
  return (header ?? '').split(';').flatMap((each) => {
    const name = (each.split('=')[0] ?? '').trim();
    return name === '' ? [] : [name];
  });
}

export interface CookieAttributes {
  readonly path: string;
  readonly domain: string | undefined;
  readonly secure: boolean;
  readonly sameSite: 'strict' | 'lax' | 'none';
  /** Seconds; absent: the cookie ends with the browser. */
  readonly maxAge?: number | undefined;
  /** Milliseconds. */
  readonly expires?: number | undefined;
}

/** Sets an HttpOnly cookie, in place of one of this name that was set earlier in the same answer. */
export function setCookie(ctx: Context, name: string, value: string, attributes: CookieAttributes): void {
  const { path, domain, secure, sameSite, maxAge, expires } = attributes;
  const text = [
    `${name}=${value}`,
    `Path=${path}`,
    ...(domain === undefined ? [] : [`Domain=${domain}`]),
    ...(expires === undefined ? [] : [`Expires=${new Date(expires).toUTCString()}`]),
    ...(maxAge === undefined ? [] : [`Max-Age=${maxAge}`]),
    'HttpOnly',
    ...(secure ? ['Secure'] : []),
    `SameSite=${SAME_SITE[sameSite]}`,
  ].join('; ');
  ctx.set('Set-Cookie', [...setCookies(ctx).filter((each) => !each.startsWith(`${name}=`)), text]);
}

const SAME_SITE = { strict: 'Strict', lax: 'Lax', none: 'None' } as const;

function setCookies(ctx: Context): readonly string[] {
  const written = ctx.res.getHeader('Set-Cookie');
  if (written === undefined) return [];
  return Array.isArray(written) ? written : [String(written)];
}
