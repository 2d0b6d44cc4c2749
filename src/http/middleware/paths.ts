import type { Context, Middleware } from 'koa';

/** Refuses every path that two readers could read as two paths, before anything looks at it (IN-9). */
export function createCanonicalPaths(): Middleware {
  return (ctx, next) => {
    const path = (ctx.req.url ?? '').split(/[?#]/, 1)[0] ?? '';
    return isCanonical(path) ? next() : notFound(ctx);
  };
}

/** Answers what no route took: an unknown path, or a known one with another method. */
export function createUnknownRoutes(): Middleware {
  return async (ctx, next) => {
    await next();
    if (ctx.status !== 404 || ctx.body !== undefined) return;
    const layers: unknown = ctx['matched'];
    const methods = Array.isArray(layers) ? layers.flatMap(methodsOf) : [];
    if (methods.length === 0) return notFound(ctx);
    ctx.status = 405;
    ctx.set('Allow', [...new Set(methods)].toSorted().join(', '));
    ctx.type = 'text/plain; charset=utf-8';
    ctx.body = 'Method Not Allowed\n';
  };
}

/** One slash between parts, nothing hidden behind an escape, no parameters, no dot segments; any case. */
function isCanonical(path: string): boolean {
  if (!path.startsWith('/') || /\/\/|[;\\]|%2f|%5c|%00/i.test(path)) return false;
  return !path.split('/').some((part) => /^(?:\.|%2e){1,2}$/i.test(part));
}

function notFound(ctx: Context): void {
  ctx.status = 404;
  ctx.type = 'text/plain; charset=utf-8';
  ctx.body = '404 page not found\n';
}

/** The router lists what matched the path; its types leave the list open. */
function methodsOf(layer: unknown): readonly string[] {
  if (typeof layer !== 'object' || layer === null || !('methods' in layer)) return [];
  return Array.isArray(layer.methods) ? layer.methods.map(String) : [];
}
