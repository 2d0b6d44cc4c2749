import type { Middleware } from 'koa';
import type { HttpContext } from './context.ts';

/** Sets a CSRF cookie where flows are opened and the browser has no valid one, whatever the answer is. */
export function csrfCookie(http: HttpContext): Middleware {
  return async (ctx, next) => {
    if (ctx.method === 'GET') {
      const session = await http.session(ctx);
      ctx.state['csrf'] = http.csrf.ensure(ctx, session?.session.id);
    }
    await next();
  };
}
