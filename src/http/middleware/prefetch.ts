import type { Context, Middleware } from 'koa';

/** GETs that begin, use up or end something on the public listener (CS-8). */
const CHANGES =
  /^\/self-service\/(?:(?:login|registration|settings|recovery|verification)(?:\/(?:browser|api|flows))?|logout(?:\/browser)?|methods\/oidc\/callback(?:\/.*)?)\/?$/i;

/** HEAD, and a browser that fetches ahead, must not do what only a person's click may: they get an empty answer. */
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
