import Koa from 'koa';
import type { Middleware } from 'koa';
import { createCanonicalPaths, createUnknownRoutes } from '../http/middleware/paths.ts';
import { createCors } from '../http/middleware/cors.ts';
import { createHeaders } from '../http/middleware/headers.ts';
import { oneName } from '../http/middleware/one-name.ts';
import { createPrefetchGuard } from '../http/middleware/prefetch.ts';
import { createRequestLimits } from '../http/middleware/request-limits.ts';
import { csrfCookie } from '../http/self-service/csrf-cookie.ts';
import { aliasRoutes } from '../http/self-service/routes/aliases.ts';
import { errorRoutes } from '../http/self-service/routes/errors.ts';
import { healthRoutes } from '../http/health.ts';
import { loginRoutes } from '../http/self-service/routes/login.ts';
import { logoutRoutes } from '../http/self-service/routes/logout.ts';
import { oidcRoutes } from '../http/self-service/routes/oidc.ts';
import { pageRoutes, type PagesParts } from '../http/self-service/routes/pages.ts';
import { recoveryRoutes } from '../http/self-service/routes/recovery.ts';
import { publicRedirects } from '../http/other-listener.ts';
import { registrationRoutes } from '../http/self-service/routes/registration.ts';
import { schemaRoutes } from '../http/self-service/routes/schemas.ts';
import { sessionRoutes } from '../http/self-service/routes/sessions.ts';
import { settingsRoutes } from '../http/self-service/routes/settings.ts';
import { verificationRoutes } from '../http/self-service/routes/verification.ts';
import type { Web } from '../http/self-service/context.ts';
import { createRouter } from '../http/router.ts';

export interface ListenerParts {
  /** Request ids and error envelopes: first in line on both listeners. */
  readonly first: readonly Middleware[];
  readonly draining: () => boolean;
}

/** Everything people and their clients reach: the public listener's application. */
export function createPublicApp(web: Web, { first, draining }: ListenerParts, pages: PagesParts): Koa {
  const { config } = web.runner;
  const app = new Koa();
  app.silent = true; // the error middleware has said everything
  for (const each of first) app.use(each);
  app.use(createHeaders({ varyByCookie: true, https: config.serve.public.baseUrl.startsWith('https:') }));
  app.use(createRequestLimits());
  app.use(createCanonicalPaths());
  if (config.dev) app.use(oneName(config.serve.public.baseUrl));
  app.use(createPrefetchGuard());
  app.use(createCors(config.serve.public.cors));
  app.use(createUnknownRoutes());
  app.use(sessionRoutes(web).routes());
  const router = createRouter();
  router.use(['/self-service/:flow/browser', '/self-service/:flow/flows', '/self-service/errors'], csrfCookie(web));
  healthRoutes(router, web, draining);
  loginRoutes(router, web);
  registrationRoutes(router, web);
  settingsRoutes(router, web);
  verificationRoutes(router, web);
  recoveryRoutes(router, web);
  oidcRoutes(router, web);
  logoutRoutes(router, web);
  errorRoutes(router, web);
  schemaRoutes(router, web);
  aliasRoutes(router, web);
  publicRedirects(router, config);
  pageRoutes(router, web, pages);
  app.use(router.routes());
  return app;
}
