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

/** Where a browser keeps a cookie: a cookie of the same name in another place is another cookie. */
type Place = Pick<CookieAttributes, 'path' | 'domain'>;

/** Sets an HttpOnly cookie, instead of one of this name, path and domain that was set earlier in the same answer. */
export function setCookie(ctx: Context, name: string, value: string, attributes: CookieAttributes): void {
  const others = setCookies(ctx).filter(
    (text) => !text.startsWith(`${name}=`) || placeIn(text) !== placeOf(attributes),
  );
  ctx.set('Set-Cookie', [...others, textOf(name, value, attributes)]);
}

function textOf(name: string, value: string, attributes: CookieAttributes): string {
  const { secure, sameSite, maxAge, expires } = attributes;
  return [
    `${name}=${value}`,
    placeOf(attributes),
    ...(expires === undefined ? [] : [`Expires=${new Date(expires).toUTCString()}`]),
    ...(maxAge === undefined ? [] : [`Max-Age=${maxAge}`]),
    'HttpOnly',
    ...(secure ? ['Secure'] : []),
    `SameSite=${SAME_SITE[sameSite]}`,
  ].join('; ');
}

const placeOf = ({ path, domain }: Place): string =>
  domain === undefined ? `Path=${path}` : `Path=${path}; Domain=${domain}`;

/** The place in a text that `textOf` wrote. */
const placeIn = (text: string): string | undefined => /Path=[^;]*(?:; Domain=[^;]*)?/.exec(text)?.[0];

/**
 * Ends the cookies of this name that a browser sends to `address`, wherever it keeps them: for each domain of the host,
 * and each path above and at the address (RFC 6265 5.1.4). The one with these attributes stays if `keep` is true.
 */
export function expireVariants(
  ctx: Context,
  name: string,
  attributes: CookieAttributes,
  { address, keep }: { readonly address: URL; readonly keep: boolean },
): void {
  const paths = new Set([...pathsOf(address.pathname), attributes.path]);
  const domains = new Set([undefined, ...domainsOf(address.hostname), attributes.domain]);
  for (const domain of domains) {
    for (const path of paths) {
      if (keep && placeOf({ path, domain }) === placeOf(attributes)) continue;
      setCookie(ctx, name, '', { ...attributes, path, domain, expires: undefined, maxAge: 0 });
    }
  }
}

/** `/`, `/a`, `/a/` and `/a/b` for `/a/b`: the paths of cookies that a browser sends there. */
function pathsOf(path: string): readonly string[] {
  const parts = path.split('/').slice(1);
  const above = parts.map((_, i) => `/${parts.slice(0, i + 1).join('/')}`).filter((each) => each !== '/');
  return ['/', ...above.flatMap((each) => (each === path ? [each] : [each, `${each}/`]))];
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
