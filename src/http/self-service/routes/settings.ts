import type Router from '@koa/router';
import type { Context } from 'koa';
import { submission, type Asker } from '../../../engine/run/submission.ts';
import { thaw } from '../../../engine/machine/snapshot.ts';
import { submit } from '../../../engine/run/submit.ts';
import type { FlowRow } from '../../../flow/flow.ts';
import { must, SallyportError } from '../../../kernel/error.ts';
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
  async admit(web, ctx, row, asker) {
    return strangers(web, ctx, row, asker);
  },
  async show(web, ctx, row, asker) {
    return strangers(web, ctx, row, asker);
  },
};

/** Settings are for the signed-in person the flow was begun by. True: answered. */
function strangers(web: Web, ctx: Context, row: FlowRow, { session }: Asker): boolean {
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
  const { runner } = web;
  const id = parseFlowId(ctx.query['flow']);
  if (id === undefined) throw new SallyportError('bad_request', 'The flow parameter is missing or malformed.');
  const row = await runner.store.flows.find(id);
  if (row?.kind !== 'settings') throw new SallyportError('flow_not_found', 'The flow does not exist or has expired.');
  about(ctx, row.type, row.id);
  const asker = await web.asker(ctx);
  if (strangers(web, ctx, row, asker)) return;
  const at = thaw(must(runner.flows.get('settings'), 'settings'), row);
  const method = at.context.method;
  const now = runner.clock.now();
  const mayReturn = at.page === 'held' && method !== null && row.expiresAt > now && ownBrowser(web, ctx, row, asker);
  const kept = mayReturn ? await runner.store.vault.find(id, `held:${method}`) : undefined;
  if (kept === undefined || kept.expiresAt <= now)
    return leave(ctx, 303, flowUrl(runner.config.flows.settings.uiUrl, row.id));
  const maxAge = runner.config.flows.settings.privilegedSessionMaxAge;
  if (asker.session && !privileged(asker.session.session, maxAge, now)) return held(web, row);
  const outcome = await submit(runner, submission(row, asker, { kind: 'json', value: {} }), {
    type: 'return',
    method: method ?? undefined,
  });
  ctx.state['nextCsrf'] = asker.nextCsrf;
  ctx.state['session'] = asker.session?.session;
  await answer(web, ctx, outcome);
}

/**
 * A held change is completed only by the browser that asked for it: who has stolen an old session could otherwise put a
 * change aside and wait for the person to follow a link.
 */
function ownBrowser({ csrf }: Web, ctx: Context, row: FlowRow, { session }: Asker): boolean {
  return row.type === 'browser' && csrf.owns(ctx, row.csrf, session?.session.id);
}
