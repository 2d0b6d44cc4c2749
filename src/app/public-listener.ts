import Koa from 'koa';
import type { Middleware } from 'koa';
import { createCanonicalPaths, createUnknownRoutes } from '../http/middleware/paths.ts';
import { createCors } from '../http/middleware/cors.ts';
import type { Errors } from '../http/middleware/errors.ts';
import { createHeaders } from '../http/middleware/headers.ts';
import { createHostNames } from '../http/middleware/host-names.ts';
import { oneName } from '../http/middleware/one-name.ts';
import { createPrefetchGuard } from '../http/middleware/prefetch.ts';
import { createRequestLimits } from '../http/middleware/request-limits.ts';
import { csrfCookie } from '../http/self-service/csrf-cookie.ts';
import { aliasRoutes } from '../http/self-service/routes/aliases.ts';
import { errorRoutes } from '../http/self-service/routes/errors.ts';
import { healthRoutes, type Readiness } from '../http/health.ts';
import { loginRoutes } from '../http/self-service/routes/login.ts';
import { logoutRoutes } from '../http/self-service/routes/logout.ts';
import { oidcRoutes } from '../http/self-service/routes/oidc.ts';
import { pageRoutes } from '../http/self-service/routes/pages.ts';
import { recoveryRoutes } from '../http/self-service/routes/recovery.ts';
import { publicRedirects } from '../http/other-listener.ts';
import { registrationRoutes } from '../http/self-service/routes/registration.ts';
import { schemaRoutes } from '../http/self-service/routes/schemas.ts';
import { sessionRoutes, whoamiRoute } from '../http/self-service/routes/sessions.ts';
import { settingsRoutes } from '../http/self-service/routes/settings.ts';
import { verificationRoutes } from '../http/self-service/routes/verification.ts';
import { webAuthnScriptRoute } from '../http/self-service/routes/webauthn-script.ts';
import type { HttpContext } from '../http/self-service/context.ts';
import { createErrorPages, type PagesParts } from '../http/self-service/show-page.ts';
import { createRouter } from '../http/router.ts';

export interface ListenerParts {
  /** The first middleware on both listeners: request ids, the request log. */
  readonly first: readonly Middleware[];
  /** Behind them: answers to errors. */
  readonly errors: Errors['middleware'];
  readonly ready: Readiness;
}

/** The application of the public listener, for people and their clients. */
export function createPublicApp(http: HttpContext, { first, errors, ready }: ListenerParts, pages: PagesParts): Koa {
  const { config } = http;
  const errorPages = createErrorPages(http, pages);
  const app = new Koa();
  app.silent = true; // the error middleware logs
  for (const each of [...first, errors(errorPages)]) app.use(each);
  app.use(createHeaders({ varyByCookie: true, https: config.serve.public.baseUrl.startsWith('https:') }));
  app.use(createRequestLimits());
  if (config.dev)
    app.use(createHostNames({ ...config.serve.public, names: config.serve.public.hosts, key: 'serve.public.hosts' }));
  app.use(createCors(config.serve.public.cors)); // first, as browsers follow a redirect only if it allows their origin
  app.use(createCanonicalPaths(config.serve.public.baseUrl, errorPages));
  if (config.dev) app.use(oneName(config.serve.public.baseUrl));
  app.use(createPrefetchGuard());
  app.use(createUnknownRoutes(errorPages));
  app.use(whoamiRoute(http));
  app.use(sessionRoutes(http).routes());
  const router = createRouter();
  router.use(['/self-service/:flow/browser', '/self-service/:flow/flows', '/self-service/errors'], csrfCookie(http));
  healthRoutes(router, ready);
  loginRoutes(router, http);
  registrationRoutes(router, http);
  settingsRoutes(router, http);
  verificationRoutes(router, http, pages);
  recoveryRoutes(router, http, pages);
  oidcRoutes(router, http);
  logoutRoutes(router, http);
  errorRoutes(router, http);
  schemaRoutes(router, http);
  webAuthnScriptRoute(router);
  aliasRoutes(router, http);
  publicRedirects(router, config);
  pageRoutes(router, http, pages);
  app.use(router.routes());
  return app;
}
