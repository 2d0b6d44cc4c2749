import type Router from '@koa/router';
import type { Context } from 'koa';
import type { Requester } from '../../../engine/contract.ts';
import type { FlowRow } from '../../../flow/flow.ts';
import { SallyportError } from '../../../kernel/error.ts';
import { parseFlowId } from '../../../kernel/id.ts';
import { flowUrl } from '../../../engine/view/return-to.ts';
import { strongEnough } from '../../../session/aal.ts';
import { privileged } from '../../../session/lifetime.ts';
import type { SessionWithIdentity } from '../../../session/session.ts';
import { answer, demandConfirmation } from '../answer.ts';
import { leave } from '../../redirect.ts';
import { errorRedirect } from '../error-redirect.ts';
import { findFlowFor } from '../find-flow.ts';
import { isBrowserRequest, isJsonRequest, wantsJson } from '../../negotiate.ts';
import { demandFactors, withReturn } from '../require-aal.ts';
import type { HttpContext } from '../context.ts';
import { leadToPage } from '../form-address.ts';
import { replaceStopped } from '../replace-flow.ts';
import type { FlowRoutes } from '../flow-routes.ts';
import { addFlowRoutes } from './self-service.ts';
import { wantedReturn } from '../wanted-return.ts';

export const settingsFlow: FlowRoutes = {
  kind: 'settings',
  expired: 4050001,
  expiredId: false,
  async open(http, ctx, { session }) {
    const { config } = http;
    if (session !== undefined) {
      await demandSettingsFactors(http, session, withReturn(http, ctx));
      return { opening: 'open' };
    }
    if (wantsJson(ctx) || ctx.path.endsWith('/api'))
      throw new SallyportError('session_inactive', 'There is no active session.');
    const login = new URL(`${config.serve.public.baseUrl}/self-service/login/browser`);
    const back = wantedReturn(http, ctx, 'settings');
    if (back !== undefined) login.searchParams.set('return_to', back);
    leave(ctx, 303, login.href);
    return undefined;
  },
  // Nobody who is not signed in is told whether there is such a flow.
  absent: refuseNobody,
  async admit(http, ctx, row, requester) {
    return await refuseStrangers(http, ctx, row, requester, formAddress(http, row));
  },
  async show(http, ctx, row, requester) {
    return await refuseStrangers(http, ctx, row, requester, flowUrl(http.config.flows.settings.uiUrl, row.id));
  },
};

/** Refuses a client that nobody is signed in to; true when the answer is written. */
function refuseNobody({ config }: HttpContext, ctx: Context, { session }: Requester): boolean {
  if (session !== undefined) return false;
  if (!isBrowserRequest(ctx) || isJsonRequest(ctx))
    throw new SallyportError('unauthorized', 'There is no active session.');
  leave(ctx, 302, config.flows.login.uiUrl);
  return true;
}

/** The address of the flow's own form, where a change that was put aside is taken up. */
const formAddress = ({ config }: HttpContext, { id }: FlowRow): string =>
  `${config.serve.public.baseUrl}/self-service/settings?flow=${id}`;

/**
 * Asks for the second factor of the account, if it has one that this session can be given: whoever recovered by a message,
 * and has no factor but messages to the same mailbox, comes to a new password, and to nothing that adds a factor.
 */
async function demandSettingsFactors(http: HttpContext, session: SessionWithIdentity, back?: string): Promise<void> {
  const { requiredAal } = http.config.flows.settings;
  if (strongEnough(session.session.aal, session.identity.availableAal, requiredAal)) return;
  if ((await http.engine.reachableAal(session)) === 'aal2') demandFactors(http, session, requiredAal, back);
}

/**
 * Refuses everyone but the signed-in person who opened the flow; true when the answer is written. `back`: where a browser
 * goes on once it has given a second factor.
 */
async function refuseStrangers(
  http: HttpContext,
  ctx: Context,
  row: FlowRow,
  requester: Requester,
  back: string,
): Promise<boolean> {
  const { session } = requester;
  if (session === undefined && row.type === 'api')
    throw new SallyportError('unauthorized', 'There is no active session.');
  if (session === undefined) return refuseNobody(http, ctx, requester);
  if (session.identity.id !== row.identityId)
    throw new SallyportError('security_identity_mismatch', 'The flow belongs to another identity.');
  await demandSettingsFactors(http, session, back);
  return false;
}

/** Settings, and the address that resumes a held change after a login. */
export function settingsRoutes(router: Router, http: HttpContext): void {
  addFlowRoutes(router, http, settingsFlow);
  router.get('/self-service/settings', errorRedirect(http), (ctx) => resumeHeldChange(http, ctx));
}

async function resumeHeldChange(http: HttpContext, ctx: Context): Promise<void> {
  const { config, clock, engine } = http;
  const id = parseFlowId(ctx.query['flow']);
  if (id === undefined) return leadToPage(http, ctx, 'settings');
  const requester = await http.requester(ctx);
  const row = await findFlowFor(http, ctx, settingsFlow, requester, 'flow');
  if (row === 'answered') return;
  if (await refuseStrangers(http, ctx, row, requester, formAddress(http, row))) return;
  const now = clock.now();
  if (row.expiresAt > now && !engine.canGoOn(row)) return replaceStopped(http, ctx, row, requester);
  const method = row.expiresAt <= now ? undefined : await engine.heldMethod(row);
  if (method === undefined || !ownBrowser(http, ctx, row, requester))
    return leave(ctx, 303, flowUrl(config.flows.settings.uiUrl, row.id));
  const maxAge = config.flows.settings.privilegedSessionMaxAge;
  if (requester.session && !privileged(requester.session.session, maxAge, now)) return demandConfirmation(http, row);
  const trigger = { type: 'return', method } as const;
  const outcome = await engine.submit({ row, trigger, requester, body: { kind: 'json', value: {} } });
  await answer(http, ctx, outcome);
}

/**
 * Only the browser that asked for a held change may complete it. Otherwise the thief of an old session could start a
 * change and wait until its owner follows the link.
 */
function ownBrowser({ csrf }: HttpContext, ctx: Context, row: FlowRow, { session }: Requester): boolean {
  return row.type === 'browser' && csrf.owns(ctx, row.csrf, session?.session.id);
}
