import type { Middleware } from 'koa';
import type { Web } from './context.ts';

/** Sets a CSRF cookie where flows are opened and the browser has no valid one, whatever the answer is. */
export function csrfCookie(web: Web): Middleware {
  return async (ctx, next) => {
    if (ctx.method === 'GET') {
      const session = await web.session(ctx);
      ctx.state['csrf'] = web.csrf.ensure(ctx, session?.session.id);
    }
    await next();
  };
}
