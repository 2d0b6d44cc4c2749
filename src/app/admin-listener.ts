import type Router from '@koa/router';
import Koa from 'koa';
import type { Config } from '../config/config.ts';
import type { Asset } from '../pages/asset.ts';
import type { FlowsHome } from '../http/console/pages/home.ts';
import type { PageContext } from '../pages/page.ts';
import type { ListenerParts } from './public-listener.ts';
import { createCanonicalPaths, createUnknownRoutes } from '../http/middleware/paths.ts';
import { createHeaders } from '../http/middleware/headers.ts';
import { createRequestLimits } from '../http/middleware/request-limits.ts';
import { adminRoutes, type AdminParts } from '../http/admin/index.ts';
import { flowsRoutes, type FlowsParts } from '../http/console/flows.ts';
import { healthRoutes } from '../http/health.ts';
import { inboxRoutes, type InboxParts } from '../http/console/inbox.ts';
import { adminRedirects } from '../http/other-listener.ts';
import type { Web } from '../http/self-service/context.ts';
import { createRouter } from '../http/router.ts';

export interface AdminAppParts {
  readonly admin: AdminParts;
  readonly inbox: InboxParts;
  readonly flows: FlowsParts;
  readonly assets: { readonly style: Asset; readonly script: Asset };
}

/** What operators and their scripts reach: the admin listener's application. */
export function createAdminApp(
  web: Web,
  { first, draining }: ListenerParts,
  { admin, inbox, flows, assets }: AdminAppParts,
): Koa {
  const { config } = web.runner;
  const app = new Koa();
  app.silent = true; // the error middleware has said everything
  for (const each of first) app.use(each);
  app.use(createHeaders({ varyByCookie: false, https: config.serve.admin.baseUrl.startsWith('https:') }));
  app.use(createRequestLimits());
  app.use(createCanonicalPaths());
  app.use(createUnknownRoutes());
  const router = createRouter();
  healthRoutes(router, web, draining);
  adminRoutes(router, web, admin);
  adminRedirects(router, config);
  serveAssets(router, [assets.style, assets.script, flows.liveAssets.style, flows.liveAssets.script]);
  const base = config.serve.admin.baseUrl;
  const context: PageContext = {
    name: 'Sallyport',
    assets: { style: assets.style.path, script: assets.script.path },
    links: { home: `${base}/`, ...(config.dev && { inbox: `${base}/inbox` }) },
  };
  flowsRoutes(router, web, flows, { context, places: placesOf(config) });
  inboxRoutes(router, web, inbox, context);
  app.use(router.routes());
  return app;
}

function serveAssets(router: Router, assets: readonly Asset[]): void {
  for (const { path, type, body } of assets) {
    router.get(path, (ctx) => {
      ctx.set('Cache-Control', 'public, max-age=31536000, immutable');
      ctx.set('Content-Type', type);
      ctx.body = body;
    });
  }
}

/** What else people find on this listener, and the start page of the other. */
function placesOf({ dev, serve }: Config): FlowsHome['places'] {
  const { baseUrl } = serve.admin;
  return [
    ...(dev ? [{ title: 'Inbox', text: 'The mails this server has written.', address: `${baseUrl}/inbox` }] : []),
    {
      title: 'Start page',
      text: 'What people see: sign in, register, settings.',
      address: `${serve.public.baseUrl}/`,
    },
    { title: 'Identities', text: 'All accounts, as JSON.', address: `${baseUrl}/admin/identities` },
  ];
}
