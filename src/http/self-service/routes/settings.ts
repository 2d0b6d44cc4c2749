import type Router from '@koa/router';
import type { Context } from 'koa';
import type { Requester } from '../../../engine/contract.ts';
import type { FlowRow } from '../../../flow/flow.ts';
import { SallyportError } from '../../../kernel/error.ts';
import { parseFlowId } from '../../../kernel/id.ts';
import { flowUrl } from '../../../engine/view/return-to.ts';
import { privileged } from '../../../session/lifetime.ts';
import { answer, held, leave } from '../answer.ts';
import { about, forwarding } from '../error-redirect.ts';
import { isBrowserRequest, isJsonRequest, wantsJson } from '../../negotiate.ts';
import { demandFactors, withReturn } from '../require-aal.ts';
import type { Web } from '../context.ts';
import { selfService, type Door } from './self-service.ts';

export const settingsDoor: Door = {
  kind: 'settings',
  expired: 4050001,
  expiredId: false,
  async open(web, ctx, { session }) {
    const { config } = web.runner;
    if (session !== undefined) {
      demandFactors(web, session, config.flows.settings.requiredAal, withReturn(web, ctx));
      return { opening: 'open' };
    }
    if (wantsJson(ctx) || ctx.path.endsWith('/api'))
      throw new SallyportError('session_inactive', 'There is no active session.');
    const login = new URL(`${config.serve.public.baseUrl}/self-service/login/browser`);
    const back = ctx.query['return_to'];
    if (typeof back === 'string' && back !== '') login.searchParams.set('return_to', back);
    leave(ctx, 303, login.href);
    return undefined;
  },
  async admit(web, ctx, row, requester) {
    return strangers(web, ctx, row, requester);
  },
  async show(web, ctx, row, requester) {
    return strangers(web, ctx, row, requester);
  },
};

/** Settings are for the signed-in person the flow was begun by. True: answered. */
function strangers(web: Web, ctx: Context, row: FlowRow, { session }: Requester): boolean {
  const { config } = web.runner;
  if (session === undefined) {
    if (row.type === 'api' || !isBrowserRequest(ctx) || isJsonRequest(ctx))
      throw new SallyportError('unauthorized', 'There is no active session.');
    leave(ctx, 302, config.flows.login.uiUrl);
    return true;
  }
  if (session.identity.id !== row.identityId)
    throw new SallyportError('security_identity_mismatch', 'The flow belongs to another identity.');
  demandFactors(web, session, config.flows.settings.requiredAal);
  return false;
}

/** Settings, and the single-use way back to a change that was put aside. */
export function settingsRoutes(router: Router, web: Web): void {
  selfService(router, web, settingsDoor);
  router.get('/self-service/settings', forwarding(web), (ctx) => comeBack(web, ctx));
}

async function comeBack(web: Web, ctx: Context): Promise<void> {
  const { runner, engine } = web;
  const id = parseFlowId(ctx.query['flow']);
  if (id === undefined) throw new SallyportError('bad_request', 'The flow parameter is missing or malformed.');
  const row = await engine.find(id);
  if (row?.kind !== 'settings') throw new SallyportError('flow_not_found', 'The flow does not exist or has expired.');
  about(ctx, row.type, row.id);
  const requester = await web.requester(ctx);
  if (strangers(web, ctx, row, requester)) return;
  const method = await engine.heldMethod(row);
  const now = runner.clock.now();
  if (method === undefined || row.expiresAt <= now || !ownBrowser(web, ctx, row, requester))
    return leave(ctx, 303, flowUrl(runner.config.flows.settings.uiUrl, row.id));
  const maxAge = runner.config.flows.settings.privilegedSessionMaxAge;
  if (requester.session && !privileged(requester.session.session, maxAge, now)) return held(web, row);
  const trigger = { type: 'return', method } as const;
  const outcome = await engine.submit({ row, trigger, requester, body: { kind: 'json', value: {} } });
  await answer(web, ctx, outcome);
}

/**
 * A held change is completed only by the browser that asked for it: who has stolen an old session could otherwise put a
 * change aside and wait for the person to follow a link.
 */
function ownBrowser({ csrf }: Web, ctx: Context, row: FlowRow, { session }: Requester): boolean {
  return row.type === 'browser' && csrf.owns(ctx, row.csrf, session?.session.id);
}
