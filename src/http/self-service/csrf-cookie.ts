import type { Middleware } from 'koa';
import type { Web } from './context.ts';

/** Where forms begin a browser without a good CSRF cookie gets one, whatever the answer is (self-service.md 3.3). */
export function csrfCookie(web: Web): Middleware {
  return async (ctx, next) => {
    if (ctx.method === 'GET') {
      const session = await web.session(ctx);
      ctx.state['csrf'] = web.csrf.ensure(ctx, session?.session.id);
    }
    await next();
  };
}
