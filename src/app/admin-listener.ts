import Koa from 'koa';
import type { Config } from '../config/config.ts';
import type { AdminContext } from '../http/admin/context.ts';
import { adminRoutes } from '../http/admin/index.ts';
import { consoleErrorPages, type ConsoleContext } from '../http/console/context.ts';
import { flowsRoutes } from '../http/console/flows.ts';
import { inboxRoutes, type InboxParts } from '../http/console/inbox.ts';
import { healthRoutes } from '../http/health.ts';
import { createHeaders } from '../http/middleware/headers.ts';
import { createHostNames } from '../http/middleware/host-names.ts';
import { createOwnPagesOnly } from '../http/middleware/own-pages-only.ts';
import { createCanonicalPaths, createUnknownRoutes } from '../http/middleware/paths.ts';
import { createRequestLimits, MAX_ADMIN_URL } from '../http/middleware/request-limits.ts';
import { adminRedirects } from '../http/other-listener.ts';
import type { SecurityEvents } from '../event/security-events.ts';
import { createRouter } from '../http/router.ts';
import { serveAssets } from '../http/static-assets.ts';
import type { Asset } from '../pages/asset.ts';
import type { ListenerParts } from './public-listener.ts';

export interface AdminAppParts {
  readonly config: Config;
  readonly admin: AdminContext;
  readonly events: SecurityEvents;
  readonly console: ConsoleContext;
  readonly inbox: InboxParts;
  readonly assets: { readonly style: Asset; readonly script: Asset };
}

/** The application of the admin listener, for operators and their scripts. */
export function createAdminApp({ first, errors, ready }: ListenerParts, parts: AdminAppParts): Koa {
  const { config, assets } = parts;
  const errorPages = consoleErrorPages(parts.console.page);
  const app = new Koa();
  app.silent = true; // the error middleware logs
  for (const each of [...first, errors(errorPages)]) app.use(each);
  app.use(createHeaders({ varyByCookie: false, https: config.serve.admin.baseUrl.startsWith('https:') }));
  app.use(createRequestLimits(MAX_ADMIN_URL));
  app.use(createHostNames({ ...config.serve.admin, names: config.serve.admin.hosts, key: 'serve.admin.hosts' }));
  const refused = (why: 'cross_site'): void => parts.events.refused('csrf.refused', { why });
  app.use(createOwnPagesOnly({ origin: new URL(config.serve.admin.baseUrl).origin, dev: config.dev, refused }));
  app.use(createCanonicalPaths(config.serve.admin.baseUrl, errorPages));
  app.use(createUnknownRoutes(errorPages));
  const router = createRouter();
  healthRoutes(router, ready);
  adminRoutes(router, parts.admin);
  adminRedirects(router, config);
  serveAssets(router, [assets.style, assets.script]);
  flowsRoutes(router, parts.console);
  if (config.dev) inboxRoutes(router, parts.inbox); // mails hold codes and links: only a development server shows them
  app.use(router.routes());
  return app;
}
