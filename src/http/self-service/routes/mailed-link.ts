import type { Context } from 'koa';
import { flowUrl } from '../../../engine/view/return-to.ts';
import type { Requester } from '../../../engine/contract.ts';
import type { FlowRow } from '../../../flow/flow.ts';
import { SallyportError } from '../../../kernel/error.ts';
import { parseFlowId } from '../../../kernel/id.ts';
import { say } from '../../../kernel/messages.ts';
import { leave } from '../../redirect.ts';
import { replaceExpired, replaceOver, replaceStopped, restartFlow } from '../replace-flow.ts';
import { refuseSwitchedOff } from '../switched-off.ts';
import { markFlow } from '../beginning.ts';
import type { HttpContext } from '../context.ts';
import { leadToPage } from '../form-address.ts';
import type { FlowRoutes } from '../flow-routes.ts';
import { answerOrRestart } from './self-service.ts';

/** The flows that mail links. */
export type MailedFlowRoutes = FlowRoutes & { readonly kind: 'verification' | 'recovery' };

/** Answers a mailed link, opened in any browser: the flow is bound to that browser from now on. */
export async function followLink(http: HttpContext, ctx: Context, routes: MailedFlowRoutes): Promise<void> {
  const { clock, engine } = http;
  const { kind } = routes;
  const id = parseFlowId(ctx.query['flow']);
  const { token, code } = ctx.query;
  if (token === undefined && code === undefined) return leadToPage(http, ctx, kind);
  const whole = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.length <= 256;
  if (id === undefined || !(whole(token) || (whole(code) && kind === 'verification')))
    throw new SallyportError('bad_request', 'The link is incomplete. Please copy all of it.');
  markFlow(ctx, 'browser', { id });
  const requester = await http.requester(ctx);
  const found = await engine.find(id);
  if (found?.kind !== kind) throw new SallyportError('flow_not_found', 'The link is unknown or has expired.');
  const row: FlowRow = { ...found, type: 'browser' };
  markFlow(ctx, 'browser', row);
  refuseSwitchedOff(http, kind);
  if (row.expiresAt <= clock.now()) return replaceExpired(http, ctx, row, requester, routes.expired);
  if (!engine.canGoOn(row)) return replaceStopped(http, ctx, row, requester);
  if (!whole(token)) return fillIn(http, ctx, routes, row, requester, String(code));
  const body = { kind: 'json', value: { token } } as const;
  const bound = { ...row, csrf: http.csrf.ensure(ctx, requester.session?.session.id) };
  const trigger = { type: 'return', method: engine.methodOfLink(row) } as const;
  const outcome = await engine.submit({ row: bound, trigger, requester, body });
  // The flow had passed before: the link was used.
  if (outcome.kind === 'finished') return restartFlow(http, ctx, row, requester, [usedLink(kind)]);
  await answerOrRestart(http, ctx, { routes, outcome, requester, body });
}

const usedLink = (kind: MailedFlowRoutes['kind']) => say(kind === 'recovery' ? 4060004 : 4070002);

/** Prefills the code of the link beside a mailed code; the code proves the address only when the form is sent. */
async function fillIn(
  http: HttpContext,
  ctx: Context,
  routes: MailedFlowRoutes,
  row: FlowRow,
  requester: Requester,
  code: string,
): Promise<void> {
  const csrf = http.csrf.fresh();
  const page = await http.engine.prefillCode(row, { code, csrf, requester });
  if (page === 'passed') return replaceOver(http, ctx, row, requester, [say(4070002)]);
  if (page === 'sent') http.csrf.set(ctx, csrf, requester.session?.session.id);
  leave(ctx, 303, flowUrl(http.config.flows[routes.kind].uiUrl, row.id));
}
