import type Router from '@koa/router';
import { leave } from '../../redirect.ts';
import type { HttpContext } from '../context.ts';

/** Addresses of v0.1 and v0.3 that open flows: redirected to today's, with their query. */
const BEGINNINGS: readonly (readonly [old: string, today: string])[] = [
  ['/self-service/browser/flows/login', '/self-service/login/browser'],
  ['/self-service/browser/flows/registration', '/self-service/registration/browser'],
  ['/self-service/browser/flows/settings', '/self-service/settings/browser'],
  ['/self-service/browser/flows/profile', '/self-service/settings/browser'],
  ['/self-service/browser/flows/verification/email', '/self-service/verification/browser'],
  ['/self-service/browser/flows/logout', '/self-service/logout/browser'],
];

/** Addresses that fetch flows; `request` was the name of the parameter `id`. */
const LOOK_UPS: readonly (readonly [old: string, today: string])[] = [
  ['/self-service/browser/flows/requests/login', '/self-service/login/flows'],
  ['/self-service/browser/flows/requests/registration', '/self-service/registration/flows'],
  ['/self-service/browser/flows/requests/settings', '/self-service/settings/flows'],
  ['/self-service/browser/flows/requests/profile', '/self-service/settings/flows'],
  ['/self-service/browser/flows/requests/verification', '/self-service/verification/flows'],
];

/** Addresses by which others know where something is: the paths of the older dialects, and a well-known one. */
export function aliasRoutes(router: Router, { config }: HttpContext): void {
  const base = config.serve.public.baseUrl;
  // Where password managers send people (W3C, A Well-Known URL for Changing Passwords).
  router.get('/.well-known/change-password', (ctx) => leave(ctx, 303, `${base}/self-service/settings/browser`));
  for (const [old, today] of BEGINNINGS) {
    router.get(old, (ctx) => {
      const query = new URLSearchParams(ctx.querystring);
      if (query.get('prompt') === 'login') {
        query.delete('prompt');
        query.set('refresh', 'true');
      }
      leave(ctx, 303, query.size > 0 ? `${base}${today}?${query.toString()}` : `${base}${today}`);
    });
  }
  for (const [old, today] of LOOK_UPS) {
    router.get(old, (ctx) => {
      const query = new URLSearchParams(ctx.querystring);
      const id = query.get('request') ?? query.get('id') ?? '';
      leave(ctx, 303, `${base}${today}?id=${encodeURIComponent(id)}`);
    });
  }
}
