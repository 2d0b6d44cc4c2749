import type Router from '@koa/router';
import { writeJson } from '../middleware/json.ts';
import type { PageTokens } from '../page-token.ts';
import type { Web } from '../self-service/context.ts';
import { courierRoutes } from './courier.ts';
import { healthConfigRoutes } from './health-config.ts';
import { identityRoutes, type IdentityParts } from './identities.ts';
import { adminRecoveryRoutes } from './recovery.ts';
import { adminSessionRoutes } from './sessions.ts';

export interface AdminParts extends IdentityParts {
  /** Sealed with `secrets.pagination`; what may be left out is sealed with the key of the vault. */
  readonly pages?: PageTokens;
}

/** The admin API; each route with and without the `/admin` in front. */
export function adminRoutes(router: Router, web: Web, { passwords, pages = vaultPages(web) }: AdminParts): void {
  for (const prefix of ['/admin', '']) {
    identityRoutes(router, web, { passwords }, prefix);
    adminSessionRoutes(router, web, pages, prefix);
    adminRecoveryRoutes(router, web, prefix);
    courierRoutes(router, web, pages, prefix);
    healthConfigRoutes(router, web.runner.config, prefix);
    router.get(`${prefix}/version`, (ctx) => writeJson(ctx, 200, { version: web.version }));
  }
  // Health answers are drawn up elsewhere: here they only get their second name.
  for (const check of ['alive', 'ready']) {
    router.get(`/admin/health/${check}`, async (ctx, next) => {
      ctx.path = `/health/${check}`;
      await router.routes()(ctx, next);
    });
  }
}

const vaultPages = ({ runner: { sealing } }: Web): PageTokens => ({
  seal: (text, about) => sealing.sealVault(text, about),
  open: (token, about) => sealing.openVault(token, about),
});
