import type { Context, Middleware } from 'koa';
import { flowUrl } from '../../../engine/view/return-to.ts';
import type { Outcome, Requester } from '../../../engine/contract.ts';
import type { FlowRow } from '../../../flow/flow.ts';
import { pageOfState } from '../../../flow/page.ts';
import { bodyField, type Body } from '../../../kernel/body.ts';
import { SallyportError } from '../../../kernel/error.ts';
import { parseFlowId, type FlowId } from '../../../kernel/id.ts';
import type { Message } from '../../../kernel/message.ts';
import { say } from '../../../kernel/messages.ts';
import { renderLinkPage } from '../../../pages/link-page.ts';
import { writeJson } from '../../middleware/json.ts';
import { wantsJson } from '../../negotiate.ts';
import { leave } from '../../redirect.ts';
import { markFlow } from '../beginning.ts';
import type { HttpContext } from '../context.ts';
import { asksCredential, LONGEST_CODE } from '../first-proof.ts';
import { leadToPage } from '../form-address.ts';
import type { FlowRoutes } from '../flow-routes.ts';
import { replaceExpired, replaceOver, replaceStopped, restartFlow } from '../replace-flow.ts';
import { pageContextOf, showPage, type PagesParts } from '../show-page.ts';
import { refuseSwitchedOff } from '../switched-off.ts';
import { answerOrRestart } from './self-service.ts';

/** The flows that mail links. */
export type MailedFlowRoutes = FlowRoutes & { readonly kind: 'verification' | 'recovery' };

/** A request with a mailed link: whose it is, and what came with it. */
interface Linked {
  readonly row: FlowRow;
  readonly requester: Requester;
  /** With the token. */
  readonly body: Body;
}

const whole = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= LONGEST_CODE;

/** Opens a mailed link, in any browser: it shows what it is about and uses nothing (docs/decisions/0043). */
export async function openLink(
  http: HttpContext,
  ctx: Context,
  routes: MailedFlowRoutes,
  pages: PagesParts,
): Promise<void> {
  const { kind } = routes;
  const { token, code } = ctx.query;
  if (token === undefined && code === undefined) return leadToPage(http, ctx, kind);
  const id = parseFlowId(ctx.query['flow']);
  if (id === undefined || !(whole(token) || (whole(code) && kind === 'verification')))
    throw new SallyportError('bad_request', 'The link is incomplete. Please copy all of it.');
  const requester = await http.requester(ctx);
  const row = await findLinked(http, ctx, routes, id, requester);
  if (row === 'answered') return;
  if (!whole(token)) return fillIn(http, ctx, routes, row, requester, String(code));
  const linked: Linked = { row, requester, body: { kind: 'json', value: { token } } };
  if (http.engine.confirmsLink(row) && (await showLink(http, ctx, linked, pages))) return;
  // The wire's answer: to a link that cannot be used, or where links are used as they are opened.
  const half = http.csrf.ensure(ctx, requester.session?.session.id);
  await useLink(http, ctx, routes, pages, linked, half);
}

/** The button of the page: what is sent with a token uses the link. Other submits of these flows go on to the next route. */
export function acceptLink(http: HttpContext, routes: MailedFlowRoutes, pages: PagesParts): Middleware {
  return async (ctx, next) => {
    const body = await http.body(ctx).catch(() => undefined); // whoever reads it next refuses it
    const id = body && parseFlowId(bodyField(body, 'flow') ?? ctx.query['flow']);
    if (body === undefined || id === undefined || !whole(bodyField(body, 'token'))) return next();
    const requester = await http.requester(ctx);
    const row = await findLinked(http, ctx, routes, id, requester);
    if (row === 'answered') return undefined;
    const method = bodyField(body, 'method');
    if (method !== undefined && method !== http.engine.methodOfLink(row)) return next();
    http.sites.checkForm(ctx);
    const half = requester.bindings.at(-1) ?? '';
    http.csrf.check(ctx, half, requester.session?.session.id, { token: bodyField(body, 'csrf_token') });
    return useLink(http, ctx, routes, pages, { row, requester, body }, half);
  };
}

/** The flow of a link, as the browser's that opened it; `answered` where another flow takes its place. */
async function findLinked(
  http: HttpContext,
  ctx: Context,
  { kind, expired }: MailedFlowRoutes,
  id: FlowId,
  requester: Requester,
): Promise<FlowRow | 'answered'> {
  markFlow(ctx, 'browser', { id });
  const found = await http.engine.find(id);
  if (found?.kind !== kind) throw new SallyportError('flow_not_found', 'The link is unknown or has expired.');
  const row: FlowRow = { ...found, type: 'browser' };
  markFlow(ctx, 'browser', row);
  refuseSwitchedOff(http, kind);
  if (row.expiresAt <= http.clock.now()) await replaceExpired(http, ctx, row, requester, expired);
  else if (!http.engine.canGoOn(row)) await replaceStopped(http, ctx, row, requester);
  else return row;
  return 'answered';
}

/** Shows what the link would do, with the button that does it; false where the link cannot be used. */
async function showLink(
  http: HttpContext,
  ctx: Context,
  linked: Linked,
  pages: PagesParts,
  messages?: readonly Message[],
): Promise<boolean> {
  const { row, requester } = linked;
  const session = requester.session?.session.id;
  const csrfToken = http.csrf.token(http.csrf.ensure(ctx, session), session);
  const ui = await http.engine.lookAtLink(linked, { csrfToken, ...(messages && { messages }) });
  if (ui === undefined) return false;
  if (wantsJson(ctx)) {
    writeJson(ctx, 200, { flow: row.id, ui });
    return true;
  }
  const html = renderLinkPage(row.kind, ui, pageContextOf(http, await http.presented(ctx), pages));
  showPage(ctx, html, pages.formOrigins);
  return true;
}

/** Uses the link; the flow is bound to the browser that did. */
async function useLink(
  http: HttpContext,
  ctx: Context,
  routes: MailedFlowRoutes,
  pages: PagesParts,
  linked: Linked,
  half: string,
): Promise<void> {
  const { row, requester, body } = linked;
  const trigger = { type: 'return', method: http.engine.methodOfLink(row) } as const;
  const use = async (at: FlowRow): Promise<Outcome> => {
    const ran = await http.engine.submit({ row: at, trigger, requester, body, bindsTo: half });
    // Whoever began the flow, the link is opened in a browser.
    return { ...ran, row: { ...ran.row, type: 'browser' } };
  };
  const first = await use(row);
  // Another request came in between and has not used the link.
  const outcome = first.kind === 'moved' && first.page === 'sent' ? await use(first.row) : first;
  // The flow had passed before: the link was used.
  if (outcome.kind === 'finished') return restartFlow(http, ctx, row, requester, [usedLink(routes.kind)]);
  if (asksCredential(outcome) && (await showLink(http, ctx, { ...linked, row: outcome.row }, pages, outcome.messages)))
    return;
  await answerOrRestart(http, ctx, { routes, outcome, requester, body });
}

const usedLink = (kind: MailedFlowRoutes['kind']) => say(kind === 'recovery' ? 4060004 : 4070002);

/** The routes of the kind, which can show pages: nothing was confirmed, and the message cannot be used any more. */
export const withPages = (routes: MailedFlowRoutes, pages: PagesParts): MailedFlowRoutes => ({
  ...routes,
  disowned: (http, ctx, outcome) => answerDisowned(http, ctx, outcome, pages),
});

async function answerDisowned(
  http: HttpContext,
  ctx: Context,
  { row, messages }: Outcome,
  pages: PagesParts,
): Promise<void> {
  const ui = { action: http.config.serve.public.baseUrl, method: 'GET', nodes: [], messages } as const;
  if (wantsJson(ctx)) return writeJson(ctx, 200, { flow: row.id, ui });
  showPage(ctx, renderLinkPage(row.kind, ui, pageContextOf(http, await http.presented(ctx), pages)), pages.formOrigins);
}

/**
 * The link beside a mailed code: the page of the flow has the code filled in, in this browser, which is bound to the flow for as
 * long as it keeps the code. The code proves the address only when the form is sent.
 */
async function fillIn(
  http: HttpContext,
  ctx: Context,
  routes: MailedFlowRoutes,
  row: FlowRow,
  requester: Requester,
  code: string,
): Promise<void> {
  const page = pageOfState(row.state);
  if (page === 'passed') return replaceOver(http, ctx, row, requester, [say(4070002)]);
  if (page === 'sent') {
    const session = requester.session?.session.id;
    http.csrf.set(ctx, http.csrf.ensure(ctx, session), session);
    http.mailedCode.set(ctx, { flow: row.id, code });
  }
  leave(ctx, 303, flowUrl(http.config.flows[routes.kind].uiUrl, row.id));
}
