import type { Middleware } from 'koa';
import { SallyportError } from '../../kernel/error.ts';
import type { HttpContext } from './context.ts';

/** Sets a CSRF cookie where flows are opened and the browser has no valid one, whatever the answer is. */
export function csrfCookie(http: HttpContext): Middleware {
  return async (ctx, next) => {
    if (ctx.method === 'GET') {
      const session = await http.session(ctx).catch(nobodyInConflict);
      ctx.state['csrf'] = http.csrf.ensure(ctx, session?.session.id);
    }
    await next();
  };
}

/** The route itself refuses a request with the cookies of several people, in the form that its clients read. */
function nobodyInConflict(error: unknown): undefined {
  if (error instanceof SallyportError && error.code === 'session_conflict') return undefined;
  throw error;
}
