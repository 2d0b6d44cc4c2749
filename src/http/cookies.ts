import { isIP } from 'node:net';
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
  const text = textOf(name, value, attributes);
  ctx.set('Set-Cookie', [...setCookies(ctx).filter((each) => !each.startsWith(`${name}=`)), text]);
}

function textOf(name: string, value: string, attributes: CookieAttributes): string {
  const { path, domain, secure, sameSite, maxAge, expires } = attributes;
  return [
    `${name}=${value}`,
    `Path=${path}`,
    ...(domain === undefined ? [] : [`Domain=${domain}`]),
    ...(expires === undefined ? [] : [`Expires=${new Date(expires).toUTCString()}`]),
    ...(maxAge === undefined ? [] : [`Max-Age=${maxAge}`]),
    'HttpOnly',
    ...(secure ? ['Secure'] : []),
    `SameSite=${SAME_SITE[sameSite]}`,
  ].join('; ');
}

/**
 * Ends the cookies of this name that browsers keep beside the one with these attributes, from a time when it was set with
 * another domain or path: the domains above `host`, and the path of the whole site.
 */
export function expireVariants(ctx: Context, name: string, attributes: CookieAttributes, host: string): void {
  const kept = { path: attributes.path, domain: attributes.domain };
  const variants = [undefined, ...domainsOf(host)].flatMap((domain) =>
    [...new Set(['/', kept.path])].map((path) => ({ domain, path })),
  );
  const texts = variants
    .filter(({ domain, path }) => domain !== kept.domain || path !== kept.path)
    .map((variant) => textOf(name, '', { ...attributes, ...variant, expires: 0, maxAge: 0 }));
  if (texts.length > 0) ctx.set('Set-Cookie', [...setCookies(ctx), ...texts]);
}

/** The host and the domains above it, as far as a cookie may be set for them; none for an IP address. */
function domainsOf(host: string): readonly string[] {
  if (isIP(host.replace(/^\[|\]$/g, '')) !== 0) return [];
  const labels = host.split('.');
  return labels.slice(0, -1).map((_, i) => labels.slice(i).join('.'));
}

const SAME_SITE = { strict: 'Strict', lax: 'Lax', none: 'None' } as const;

function setCookies(ctx: Context): readonly string[] {
  const written = ctx.res.getHeader('Set-Cookie');
  if (written === undefined) return [];
  return Array.isArray(written) ? written : [String(written)];
}
