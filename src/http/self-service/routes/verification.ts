import type Router from '@koa/router';
import { say } from '../../../kernel/messages.ts';
import { errorRedirect } from '../error-redirect.ts';
import type { HttpContext } from '../context.ts';
import type { PagesParts } from '../show-page.ts';
import { acceptLink, openLink, withPages, type MailedFlowRoutes } from './mailed-link.ts';
import { addFlowRoutes } from './self-service.ts';

export const verificationFlow: MailedFlowRoutes = {
  kind: 'verification',
  expired: 4070005,
  expiredId: false,
  over: () => say(4070002),
  async open() {
    return { opening: 'open' };
  },
  async admit() {
    return false;
  },
  async show() {
    return false;
  },
};

/** Verification: its flow, which a person or a hook has opened, and the links of its mails. */
export function verificationRoutes(router: Router, http: HttpContext, pages: PagesParts): void {
  const routes = withPages(verificationFlow, pages);
  router.post('/self-service/verification', errorRedirect(http), acceptLink(http, routes, pages));
  addFlowRoutes(router, http, routes);
  router.get('/self-service/verification', errorRedirect(http), (ctx) => openLink(http, ctx, routes, pages));
}
