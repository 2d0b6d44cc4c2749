import type Router from '@koa/router';
import { wantedUrl } from '../../../engine/view/return-to.ts';
import { leave } from '../../redirect.ts';
import { isJsonRequest } from '../../negotiate.ts';
import { requestUrlOf } from '../request-url.ts';
import type { HttpContext } from '../context.ts';
import { alreadyAvailable } from './login.ts';
import { chosenSchema } from './schema-choice.ts';
import { leadToPage } from '../form-address.ts';
import type { FlowRoutes } from '../flow-routes.ts';
import { addFlowRoutes } from './self-service.ts';

export const registrationFlow: FlowRoutes = {
  kind: 'registration',
  expired: 4040001,
  expiredId: true,
  async open(http, ctx, { session }) {
    const { config } = http;
    const schemaId = chosenSchema(http, ctx);
    if (session === undefined) return { opening: 'open', schemaId };
    if (isJsonRequest(ctx) || ctx.path.endsWith('/api')) throw alreadyAvailable();
    http.loops.sendBack(session.session.id);
    leave(ctx, 303, wantedUrl(config, requestUrlOf(http, ctx)));
    return undefined;
  },
  async admit(http, ctx, row, requester) {
    if (requester.session === undefined) return false;
    if (row.type === 'api' || isJsonRequest(ctx)) throw alreadyAvailable();
    leave(ctx, 302, http.config.defaultReturnUrl);
    return true;
  },
  async show() {
    return false;
  },
};

/** Registration: its flow. */
export function registrationRoutes(router: Router, http: HttpContext): void {
  addFlowRoutes(router, http, registrationFlow);
  router.get('/self-service/registration', (ctx) => leadToPage(http, ctx, 'registration'));
}
