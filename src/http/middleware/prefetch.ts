import type { Context, Middleware } from 'koa';

/** GET requests of the public listener that open, use up or end something (security CS-8). */
const CHANGES =
  /^\/self-service\/(?:(?:login|registration|settings|recovery|verification)(?:\/(?:browser|api|flows))?|logout(?:\/browser)?|methods\/oidc\/callback(?:\/.*)?)\/?$/i;

/** Answers HEAD and prefetching browsers with nothing: only a person's click may open or end something. */
export function createPrefetchGuard(changes: (path: string) => boolean = (path) => CHANGES.test(path)): Middleware {
  return (ctx, next) => {
    if (!changes(ctx.path) || !(ctx.method === 'HEAD' || (ctx.method === 'GET' && isAhead(ctx)))) return next();
    ctx.status = 204;
    return undefined;
  };
}

function isAhead(ctx: Context): boolean {
  return ['Sec-Purpose', 'Purpose', 'X-Purpose', 'X-Moz'].some((name) =>
    /\b(?:prefetch|prerender|preview)\b/i.test(ctx.get(name)),
  );
}
