import type Router from '@koa/router';
import type { Context } from 'koa';
import type { Config } from '../../config/config.ts';

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** Requests for the other listener, led there with method and query (sessions-and-admin.md 20). */
const TO_ADMIN: readonly (readonly [path: string, ...methods: Method[]])[] = [
  ['/identities', 'get', 'post'],
  ['/identities/:id', 'get', 'put', 'patch', 'delete'],
  ['/identities/by/external/:external', 'get'],
  ['/identities/:id/credentials/:type', 'delete'],
  ['/identities/:id/sessions', 'delete'],
  ['/recovery/link', 'post'],
  ['/recovery/code', 'post'],
];

function lead(ctx: Context, base: string, path: string): void {
  ctx.status = 307;
  ctx.set('Location', `${base}${path}${ctx.search}`);
}

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

export function adminRedirects(router: Router, { serve }: Config): void {
  const base = serve.public.baseUrl;
  for (const path of ['/schemas', '/schemas/:id']) {
    router.get(path, (ctx) => lead(ctx, base, ctx.path));
    router.get(`/admin${path}`, (ctx) => lead(ctx, base, ctx.path.replace(/^\/admin/, '')));
  }
  router.delete('/admin/sessions', (ctx) => lead(ctx, base, '/sessions'));
}
