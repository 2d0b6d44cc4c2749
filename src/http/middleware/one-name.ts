import type { Middleware } from 'koa';
import { leave } from '../redirect.ts';
import { isBrowserRequest } from '../negotiate.ts';

/**
 * Redirects a browser that uses `localhost` to the public URL of a development server: cookies of one host name are not
 * sent to the other. The Host header is only compared: the target is the configured address.
 */
export function oneName(baseUrl: string): Middleware {
  const { hostname } = new URL(baseUrl);
  return (ctx, next) => {
    if (hostname === 'localhost' || ctx.hostname !== 'localhost' || ctx.method !== 'GET' || !isBrowserRequest(ctx)) {
      return next();
    }
    return leave(ctx, 303, `${baseUrl}${ctx.originalUrl}`);
  };
}
