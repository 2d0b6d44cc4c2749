import type Router from '@koa/router';
import { writeJson } from '../middleware/json.ts';
import type { AdminContext } from './context.ts';
import { courierRoutes } from './courier.ts';
import { healthConfigRoutes } from './health-config.ts';
import { identityRoutes } from './identities.ts';
import { adminRecoveryRoutes } from './recovery.ts';
import { adminSessionRoutes } from './sessions.ts';

/** The admin API; each route with and without the `/admin` in front. */
export function adminRoutes(router: Router, admin: AdminContext): void {
  for (const prefix of ['/admin', '']) {
    identityRoutes(router, admin, prefix);
    adminSessionRoutes(router, admin, prefix);
    adminRecoveryRoutes(router, admin, prefix);
    courierRoutes(router, admin, prefix);
    healthConfigRoutes(router, admin.revision, prefix);
    router.get(`${prefix}/version`, (ctx) => writeJson(ctx, 200, { version: admin.version }));
  }
  // The routes of health checks are the listener's; here they get their second address.
  for (const check of ['alive', 'ready']) {
    router.get(`/admin/health/${check}`, async (ctx, next) => {
      ctx.path = `/health/${check}`;
      await router.routes()(ctx, next);
    });
  }
}
