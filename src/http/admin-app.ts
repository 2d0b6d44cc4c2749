import Router from '@koa/router';
import Koa from 'koa';
import type { ListenerParts } from './public-app.ts';
import { createCanonicalPaths, createUnknownRoutes } from './middleware/paths.ts';
import { createHeaders } from './middleware/headers.ts';
import { createRequestLimits } from './middleware/request-limits.ts';
import { adminRoutes, type AdminParts } from './routes/admin/index.ts';
import { healthRoutes } from './routes/health.ts';
import { inboxRoutes, type InboxParts } from './routes/inbox.ts';
import { adminRedirects } from './routes/redirects.ts';
import type { Web } from './web.ts';

/** What operators and their scripts reach: the admin listener's application. */
export function createAdminApp(
  web: Web,
  { first, draining }: ListenerParts,
  admin: AdminParts,
  inbox: InboxParts,
): Koa {
  const { config } = web.runner;
  const app = new Koa();
  app.silent = true; // the error middleware has said everything
  for (const each of first) app.use(each);
  app.use(createHeaders({ varyByCookie: false, https: config.serve.admin.baseUrl.startsWith('https:') }));
  app.use(createRequestLimits());
  app.use(createCanonicalPaths());
  app.use(createUnknownRoutes());
  const router = new Router({ strict: true, sensitive: true });
  healthRoutes(router, web, draining);
  adminRoutes(router, web, admin);
  adminRedirects(router, config);
  inboxRoutes(router, web, inbox);
  app.use(router.routes());
  return app;
}
