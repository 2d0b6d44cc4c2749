import type Router from '@koa/router';
import type { Context } from 'koa';
import { flowUrl } from '../../engine/destination.ts';
import { submission } from '../../engine/runner.ts';
import { submit } from '../../engine/submit.ts';
import { SallyportError } from '../../kernel/error.ts';
import { parseFlowId } from '../../kernel/id.ts';
import { answer, leave } from '../answer.ts';
import { about, forwarding } from '../forward.ts';
import type { Web } from '../web.ts';
import { selfService, type Door } from './self-service.ts';

export const verificationDoor: Door = {
  kind: 'verification',
  expired: 4070005,
  expiredId: false,
  async open() {
    throw new SallyportError('bad_request', 'Asking for a verification mail is not offered by this build yet.');
  },
  async admit() {
    return false;
  },
  async show() {
    return false;
  },
};

/** Verification: the flows that the `verify` hook begins, and the links of their mails. */
export function verificationRoutes(router: Router, web: Web): void {
  selfService(router, web, verificationDoor);
  router.get('/self-service/verification', forwarding(web), (ctx) => followLink(web, ctx));
}

/** A mailed link, opened in any browser: from here on the flow belongs to the one that opened it. */
async function followLink(web: Web, ctx: Context): Promise<void> {
  const { runner } = web;
  const id = parseFlowId(ctx.query['flow']);
  const { token } = ctx.query;
  if (id === undefined || typeof token !== 'string' || token === '') {
    throw new SallyportError('bad_request', 'The link is not complete. Please copy it whole.');
  }
  const found = await runner.store.flows.find(id);
  if (found?.kind !== 'verification')
    throw new SallyportError('flow_not_found', 'The link is not known, or it is over.');
  about(ctx, 'browser');
  const asker = await web.asker(ctx);
  const row = { ...found, csrf: web.csrf.ensure(ctx, asker.session?.session.id) };
  if (row.expiresAt <= runner.clock.now()) {
    return leave(ctx, 303, flowUrl(runner.config.flows.verification.uiUrl, row.id));
  }
  const request = submission(row, asker, { kind: 'json', value: { token } });
  await answer(web, ctx, await submit(runner, request, { type: 'return', method: 'link' }));
}
