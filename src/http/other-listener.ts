import type Router from '@koa/router';
import { lead } from './redirect.ts';
import type { Config } from '../config/config.ts';

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** Routes of the other listener: requests are redirected there with method and query. */
const TO_ADMIN: readonly (readonly [path: string, ...methods: Method[]])[] = [
  ['/identities', 'get', 'post'],
  ['/identities/by/external/:external', 'get'],
  ['/identities/:id', 'get', 'put', 'patch', 'delete'],
  ['/identities/:id/credentials/:type', 'delete'],
  ['/identities/:id/sessions', 'delete'],
  ['/recovery/link', 'post'],
  ['/recovery/code', 'post'],
];

/** On the public listener: routes of the admin API, with and without `/admin` in front. */
export function publicRedirects(router: Router, { serve }: Config): void {
  const base = serve.admin.baseUrl;
  for (const [path, ...methods] of TO_ADMIN) {
    for (const method of methods) {
      router[method](path, (ctx) => lead(ctx, base, `/admin${ctx.path}`));
      router[method](`/admin${path}`, (ctx) => lead(ctx, base, ctx.path));
    }
  }
  router.get('/admin/courier/messages', (ctx) => lead(ctx, base, ctx.path));
  router.get('/admin/courier/messages/:id', (ctx) => lead(ctx, base, ctx.path));
}

/** On the admin listener: routes of the public API. Those of sessions are beside the admin routes for sessions. */
export function adminRedirects(router: Router, { serve }: Config): void {
  const base = serve.public.baseUrl;
  for (const path of ['/schemas', '/schemas/:id']) {
    router.get(path, (ctx) => lead(ctx, base, ctx.path));
    router.get(`/admin${path}`, (ctx) => lead(ctx, base, ctx.path.slice('/admin'.length)));
  }
  // A client that was given the wrong address finds its flows.
  router.all('/self-service/{*rest}', (ctx) => lead(ctx, base, ctx.path));
}
