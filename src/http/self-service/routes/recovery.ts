import { pageOfState } from '../../../flow/page.ts';
import type Router from '@koa/router';
import type { Context } from 'koa';
import { bodyField } from '../../../kernel/body.ts';
import { SallyportError } from '../../../kernel/error.ts';
import { say } from '../../../kernel/messages.ts';
import { leave } from '../answer.ts';
import { forwarding } from '../error-redirect.ts';
import { isJsonRequest } from '../../negotiate.ts';
import type { Web } from '../context.ts';
import { alreadyAvailable } from './login.ts';
import { followLink, type MailedDoor } from './mailed-link.ts';
import { selfService } from './self-service.ts';

export const recoveryDoor: MailedDoor = {
  kind: 'recovery',
  expired: 4060005,
  expiredId: false,
  over: (body) =>
    bodyField(body, 'code') === undefined
      ? say(4060001)
      : say(4000001, { reason: 'This recovery was completed before. Please begin a new one.' }),
  async open(web, ctx, { session }) {
    if (!web.runner.config.flows.recovery.enabled)
      throw new SallyportError('bad_request', 'Recovery is switched off: set selfservice.flows.recovery.enabled.');
    if (session === undefined) return { opening: 'open' };
    signedIn(web, ctx, ctx.path.endsWith('/api'));
    return undefined;
  },
  async admit(web, ctx, row, { session }) {
    // A code that is given counts whoever is signed in; an address is asked for only by who is not.
    if (session === undefined || pageOfState(row.state) !== 'address') return false;
    signedIn(web, ctx, row.type === 'api');
    return true;
  },
  async show() {
    return false;
  },
};

/** Who is signed in needs no way back in. */
function signedIn({ runner: { config } }: Web, ctx: Context, native: boolean): void {
  if (native || isJsonRequest(ctx)) throw alreadyAvailable();
  leave(ctx, 302, config.defaultReturnUrl);
}

/** Recovery: a way back into an account by what is mailed to its address. */
export function recoveryRoutes(router: Router, web: Web): void {
  selfService(router, web, recoveryDoor);
  router.get('/self-service/recovery', forwarding(web), (ctx) => followLink(web, ctx, recoveryDoor));
}
