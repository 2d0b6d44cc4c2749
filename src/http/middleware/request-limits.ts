import type { Middleware } from 'koa';
import { SallyportError } from '../../kernel/error.ts';

/** Characters of a request line's address. */
export const MAX_URL = 8 * 1_024;
/** On the admin listener, where a list may be asked for 500 ids. */
export const MAX_ADMIN_URL = 24 * 1_024;
/** Header fields; the server keeps a few more, so that too many are refused and not dropped silently. */
export const MAX_HEADERS = 100;

/**
 * Headers with one value by their definition that this server or a proxy in front decides by: two of them may be read as
 * two different ones (RFC 9110, 5.3; RFC 9112, 3.2). Those that carry a session count as absent instead (security IN-10).
 */
const SINGLE: ReadonlyMap<string, number> = new Map(
  [
    'content-encoding',
    'content-type',
    'host',
    'origin',
    'referer',
    'sec-fetch-dest',
    'sec-fetch-mode',
    'sec-fetch-site',
  ].map((name, i) => [name, 1 << i]),
);

/**
 * Limits of request line and headers (security IN-1). The bytes of all headers together are limited by the server; cookies
 * have no bound of their own, as a person cannot help what other applications of the domain have set.
 */
export function createRequestLimits(longest = MAX_URL): Middleware {
  return (ctx, next) => {
    if ((ctx.req.url ?? '').length > longest) {
      throw new SallyportError('uri_too_long', `The address of the request is longer than ${longest} bytes.`);
    }
    if (ctx.req.rawHeaders.length / 2 > MAX_HEADERS) {
      throw new SallyportError('headers_too_large', `The request has more than ${MAX_HEADERS} header fields.`);
    }
    const doubled = doubledHeader(ctx.req.rawHeaders);
    if (doubled !== undefined)
      throw new SallyportError('bad_request', `The header ${doubled} was sent more than once.`);
    return next();
  };
}

/** Node keeps the first of several, so the raw list is read: names and values in turn. */
function doubledHeader(raw: readonly string[]): string | undefined {
  let seen = 0; // a bit for each name
  for (let i = 0; i < raw.length; i += 2) {
    const bit = SINGLE.get((raw[i] ?? '').toLowerCase());
    if (bit === undefined) continue;
    if ((seen & bit) !== 0) return raw[i];
    seen |= bit;
  }
  return undefined;
}
