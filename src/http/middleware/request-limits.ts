import type { Middleware } from 'koa';
import { SallyportError } from '../../kernel/error.ts';

const MAX_URL = 8 * 1_024;
const MAX_COOKIES = 8 * 1_024;
/** Header fields; the server keeps a few more, so that too many are refused and not dropped silently. */
export const MAX_HEADERS = 100;

/** Limits of request line and headers (security IN-1). The bytes of all headers together are limited by the server. */
export function createRequestLimits(): Middleware {
  return (ctx, next) => {
    if ((ctx.req.url ?? '').length > MAX_URL) {
      throw new SallyportError('uri_too_long', `The address of the request is longer than ${MAX_URL} bytes.`);
    }
    if (ctx.req.rawHeaders.length / 2 > MAX_HEADERS) {
      throw new SallyportError('headers_too_large', `The request has more than ${MAX_HEADERS} header fields.`);
    }
    if (ctx.get('Cookie').length > MAX_COOKIES) {
      throw new SallyportError('headers_too_large', `The cookies of the request are longer than ${MAX_COOKIES} bytes.`);
    }
    return next();
  };
}
