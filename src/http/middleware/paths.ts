import type { Context, Middleware } from 'koa';
import type { ErrorPages } from '../error-pages.ts';
import { baseOf } from '../../pages/page.ts';
import { asksForPage } from '../negotiate.ts';
import { lead } from '../redirect.ts';

/**
 * Refuses paths that two parsers could read as different paths, before any route (security IN-9). Doubled and trailing
 * slashes, which clients write whose base address ends in one, are redirected to the path without them.
 * `baseUrl`: its path stands in front of the redirect's, as a proxy has taken it away. `pages`: for people; programs get text.
 */
export function createCanonicalPaths(baseUrl: string, pages?: ErrorPages): Middleware {
  const prefix = baseOf(baseUrl);
  return (ctx, next) => {
    const path = (ctx.req.url ?? '').split(/[?#]/, 1)[0] ?? '';
    if (!isCanonical(path)) return notFound(ctx, pages);
    const clean = path.replace(/\/{2,}/g, '/').replace(/(.)\/$/, '$1');
    return clean === path ? next() : lead(ctx, prefix, clean);
  };
}

/** Answers requests that no route answered: an unknown path, or a known path with another method. `pages`: for people. */
export function createUnknownRoutes(pages?: ErrorPages): Middleware {
  return async (ctx, next) => {
    await next();
    if (ctx.status !== 404 || ctx.body !== undefined) return;
    const layers: unknown = ctx['matched'];
    const methods = Array.isArray(layers) ? layers.flatMap(methodsOf) : [];
    if (methods.length === 0) return notFound(ctx, pages);
    ctx.set('Allow', [...new Set(methods)].toSorted().join(', '));
    if (pages !== undefined && asksForPage(ctx)) return pages.show(ctx, { status: 405 });
    ctx.status = 405;
    ctx.type = 'text/plain; charset=utf-8';
    ctx.body = 'Method Not Allowed\n';
  };
}

/** No escaped separators, no path parameters, no dot segments; any case. */
function isCanonical(path: string): boolean {
  if (!path.startsWith('/') || /[;\\]|%2f|%5c|%00/i.test(path)) return false;
  return !path.split('/').some((part) => /^(?:\.|%2e){1,2}$/i.test(part));
}

function notFound(ctx: Context, pages: ErrorPages | undefined): void {
  if (pages !== undefined && asksForPage(ctx)) return pages.show(ctx, { status: 404 });
  ctx.status = 404;
  ctx.type = 'text/plain; charset=utf-8';
  ctx.body = '404 page not found\n';
}

/** The methods of a route that matched the path; the router's types leave the list of routes open. */
function methodsOf(layer: unknown): readonly string[] {
  if (typeof layer !== 'object' || layer === null || !('methods' in layer)) return [];
  return Array.isArray(layer.methods) ? layer.methods.map(String) : [];
}
