import type Router from '@koa/router';
import type { Web } from '../../web.ts';
import { courierRoutes } from './courier.ts';
import { identityRoutes, type IdentityParts } from './identities.ts';
import { adminSessionRoutes } from './sessions.ts';
import { writeJson } from '../../middleware/json.ts';

export type AdminParts = IdentityParts;

/** The admin API; each route with and without the `/admin` in front (sessions-and-admin.md 1). */
export function adminRoutes(router: Router, web: Web, parts: AdminParts): void {
  for (const prefix of ['/admin', '']) {
    identityRoutes(router, web, parts, prefix);
    adminSessionRoutes(router, web, prefix);
    courierRoutes(router, web, prefix);
    router.get(`${prefix}/version`, (ctx) => writeJson(ctx, 200, { version: web.version }));
  }
}
