import Koa from 'koa';
import type { Middleware } from 'koa';
import { createCanonicalPaths, createUnknownRoutes } from './middleware/paths.ts';
import { createCors } from './middleware/cors.ts';
import { createHeaders } from './middleware/headers.ts';
import { oneName } from './middleware/one-name.ts';
import { createPrefetchGuard } from './middleware/prefetch.ts';
import { createRequestLimits } from './middleware/request-limits.ts';
import { csrfCookie } from './middleware/csrf-cookie.ts';
import { aliasRoutes } from './routes/aliases.ts';
import { errorRoutes } from './routes/errors.ts';
import { healthRoutes } from './routes/health.ts';
import { loginRoutes } from './routes/login.ts';
import { logoutRoutes } from './routes/logout.ts';
import { oidcRoutes } from './routes/oidc.ts';
import { pageRoutes, type PagesParts } from './routes/pages.ts';
import { recoveryRoutes } from './routes/recovery.ts';
import { publicRedirects } from './routes/redirects.ts';
import { registrationRoutes } from './routes/registration.ts';
import { schemaRoutes } from './routes/schemas.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { settingsRoutes } from './routes/settings.ts';
import { verificationRoutes } from './routes/verification.ts';
import type { Web } from './web.ts';
import { createRouter } from './router.ts';

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
