import { pageOfState } from '../../../flow/page.ts';
import type Router from '@koa/router';
import type { Context } from 'koa';
import { bodyField } from '../../../kernel/body.ts';
import { say } from '../../../kernel/messages.ts';
import type { SessionWithIdentity } from '../../../session/session.ts';
import { leave } from '../../redirect.ts';
import { errorRedirect } from '../error-redirect.ts';
import { isJsonRequest } from '../../negotiate.ts';
import type { HttpContext } from '../context.ts';
import { alreadyAvailable } from './login.ts';
import type { PagesParts } from '../show-page.ts';
import { acceptLink, openLink, withPages, type MailedFlowRoutes } from './mailed-link.ts';
import { addFlowRoutes } from './self-service.ts';

export const recoveryFlow: MailedFlowRoutes = {
  kind: 'recovery',
  expired: 4060005,
  expiredId: false,
  over: (body) =>
    bodyField(body, 'code') === undefined
      ? say(4060001)
      : say(4000001, { reason: 'This recovery was completed before. Please begin a new one.' }),
  async open(http, ctx, { session }) {
    if (session === undefined) return { opening: 'open' };
    signedIn(http, ctx, session, ctx.path.endsWith('/api'));
    return undefined;
  },
  async admit(http, ctx, row, { session }) {
    // A signed-in person may submit a code, but may not ask for one.
    if (session === undefined || pageOfState(row.state) !== 'address') return false;
    signedIn(http, ctx, session, row.type === 'api');
    return true;
  },
  async show() {
    return false;
  },
};

/** Refuses a recovery to a signed-in person. */
function signedIn(
  { config, loops }: HttpContext,
  ctx: Context,
  { session }: SessionWithIdentity,
  native: boolean,
): void {
  if (native || isJsonRequest(ctx)) throw alreadyAvailable();
  loops.sendBack(session.id);
  leave(ctx, 302, config.defaultReturnUrl);
}

/** Recovery: its flow, and the links of its mails. */
export function recoveryRoutes(router: Router, http: HttpContext, pages: PagesParts): void {
  const routes = withPages(recoveryFlow, pages);
  router.post('/self-service/recovery', errorRedirect(http), acceptLink(http, routes, pages));
  addFlowRoutes(router, http, routes);
  router.get('/self-service/recovery', errorRedirect(http), (ctx) => openLink(http, ctx, routes, pages));
}
