import type { Middleware } from 'koa';
import { leave } from '../redirect.ts';
import { isBrowserRequest } from '../negotiate.ts';

/**
 * Leads a browser that came by `localhost` to the public URL of a development server: cookies of one name are not seen
 * under the other. Only compared, never written: the address led to is the configured one.
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
