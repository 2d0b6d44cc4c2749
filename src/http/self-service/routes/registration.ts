import type Router from '@koa/router';
import { SallyportError } from '../../../kernel/error.ts';
import { wantedUrl } from '../../../engine/view/return-to.ts';
import { leave } from '../answer.ts';
import { takeNetworkBudget } from '../network-limit.ts';
import { isJsonRequest } from '../../negotiate.ts';
import type { Web } from '../context.ts';
import { alreadyAvailable } from './login.ts';
import { chosenSchema } from './schema-choice.ts';
import { selfService, type Door } from './self-service.ts';

export const registrationDoor: Door = {
  kind: 'registration',
  expired: 4040001,
  expiredId: true,
  async open(web, ctx, { session }) {
    const { config } = web.runner;
    if (!config.flows.registration.enabled)
      throw new SallyportError('self_service_flow_disabled', 'Registration is switched off.');
    const schemaId = chosenSchema(web, ctx);
    if (session === undefined) return { opening: 'open', schemaId };
    if (isJsonRequest(ctx) || ctx.path.endsWith('/api')) throw alreadyAvailable();
    leave(ctx, 303, wantedUrl(config, `${config.serve.public.baseUrl}${ctx.originalUrl}`));
    return undefined;
  },
  async admit(web, ctx, row, requester) {
    if (requester.session === undefined) {
      await takeNetworkBudget(web, requester, 'registrations');
      return false;
    }
    if (row.type === 'api' || isJsonRequest(ctx)) throw alreadyAvailable();
    leave(ctx, 302, web.runner.config.defaultReturnUrl);
    return true;
  },
  async show() {
    return false;
  },
};

/** Registration: a new account, or none at all. */
export function registrationRoutes(router: Router, web: Web): void {
  selfService(router, web, registrationDoor);
}
