import type Router from '@koa/router';
import type { Context } from 'koa';
import type { Outcome, Requester, SubmitRequest } from '../../../engine/contract.ts';
import type { FlowRow, FlowType } from '../../../flow/flow.ts';
import type { Cause } from '../../../flow/journal.ts';
import { bodyField, type Body } from '../../../kernel/body.ts';
import { SallyportError } from '../../../kernel/error.ts';
import { FieldError } from '../../../kernel/field-error.ts';
import { say } from '../../../kernel/messages.ts';
import { writeJson } from '../../middleware/json.ts';
import { isJsonRequest } from '../../negotiate.ts';
import { answerOpened } from '../answer-opened.ts';
import { replaceExpired, replaceOver, replaceStopped } from '../replace-flow.ts';
import { flowJson } from '../answer-parts.ts';
import { answer, goOnAsKnown } from '../answer.ts';
import type { HttpContext } from '../context.ts';
import { markFlow } from '../beginning.ts';
import { errorRedirect } from '../error-redirect.ts';
import { readFlow } from '../fetch-flow.ts';
import { boundFlow } from '../bound-flow.ts';
import { asksCredential, LONGEST_CODE } from '../first-proof.ts';
import { findFlowFor, isHandedOut, notingRefusal } from '../find-flow.ts';
import type { FlowRoutes } from '../flow-routes.ts';
import { requestUrlOf } from '../request-url.ts';
import { readSubmitBody } from '../submit-body.ts';
import { refuseOpening, refuseSwitchedOff } from '../switched-off.ts';
import { transientPayloadOf } from '../transient-payload.ts';
import { wantedReturn } from '../wanted-return.ts';

/** The four routes that every flow has: open it in a browser or an app, fetch it, submit to it. */
export function addFlowRoutes(router: Router, http: HttpContext, routes: FlowRoutes): void {
  const { kind } = routes;
  const redirectErrors = errorRedirect(http);
  router.get(`/self-service/${kind}/browser`, redirectErrors, (ctx) => openFlow(http, ctx, routes, 'browser'));
  router.get(`/self-service/${kind}/api`, redirectErrors, (ctx) => openFlow(http, ctx, routes, 'api'));
  router.get(`/self-service/${kind}/flows`, (ctx) => fetchFlow(http, ctx, routes));
  router.post(`/self-service/${kind}`, redirectErrors, (ctx) => submitFlow(http, ctx, routes));
}

async function openFlow(http: HttpContext, ctx: Context, routes: FlowRoutes, type: FlowType): Promise<void> {
  const { kind } = routes;
  markFlow(ctx, type);
  refuseOpening(http, kind);
  // Before anything is written.
  wantedReturn(http, ctx, kind);
  const requester = await http.requester(ctx);
  http.engine.admit(kind, requester);
  const settings = await routes.open(http, ctx, requester);
  if (settings === undefined) return;
  const csrf = type === 'browser' ? String(ctx.state['csrf']) : '';
  const requestUrl = requestUrlOf(http, ctx);
  const opened = await http.engine.open({ kind, type, requestUrl, csrf, requester, ...settings });
  await answerOpened(http, ctx, opened, type);
}

async function fetchFlow(http: HttpContext, ctx: Context, routes: FlowRoutes): Promise<void> {
  const json = await readFlow(http, ctx, routes, 'id');
  if (json !== 'answered') writeJson(ctx, 200, json);
}

/** One submit: checks who sends it, that the flow is open and belongs to this browser or app, and runs the machine. */
async function submitFlow(http: HttpContext, ctx: Context, routes: FlowRoutes): Promise<void> {
  const requester = await http.requester(ctx);
  const stored = await findFlowFor(http, ctx, routes, requester, 'flow');
  if (stored === 'answered') return;
  const row = boundFlow(http, ctx, stored, requester);
  const body = await notingRefusal(http, row, () => admit(http, ctx, routes, row, requester));
  if (body === 'answered') return;
  const trigger = { type: 'submit', method: bodyField(body, 'method') } as const;
  const payload = readTransientPayload(body);
  const ran = await http.engine.submit({ row: stored, trigger, requester, body, ...payload });
  const outcome = { ...ran, row: boundFlow(http, ctx, ran.row, requester) };
  if (asksCredential(outcome)) keepCode(http, ctx, outcome.row, body);
  await answerOrRestart(http, ctx, { routes, outcome, requester, body });
}

/** The page that asks for a credential as well has the code that was right filled in. */
function keepCode(http: HttpContext, ctx: Context, { id, type }: FlowRow, body: Body): void {
  const code = bodyField(body, 'code');
  if (type === 'browser' && code !== undefined && code.length <= LONGEST_CODE)
    http.mailedCode.set(ctx, { flow: id, code });
}

/** Fields that every method has; one that cannot be read is told on the form, as any other. */
function readTransientPayload(body: Body): Pick<SubmitRequest, 'transientPayload' | 'unreadable'> {
  try {
    return { transientPayload: transientPayloadOf(body) };
  } catch (error) {
    if (error instanceof FieldError) return { unreadable: error.shown };
    throw error;
  }
}

/** A submit that the engine has run. */
interface Submitted {
  readonly routes: FlowRoutes;
  readonly outcome: Outcome;
  readonly requester: Requester;
  readonly body: Body;
}

/** Answers the outcome; or opens a new flow in place of one that cannot continue. */
export async function answerOrRestart(
  http: HttpContext,
  ctx: Context,
  { routes, outcome, requester, body }: Submitted,
): Promise<void> {
  const { row, restart } = outcome;
  if (outcome.disowned && outcome.identity !== undefined) goOnAsKnown(http, ctx, requester, outcome.identity);
  if (outcome.disowned && routes.disowned !== undefined) return routes.disowned(http, ctx, outcome);
  if (restart?.expiredAt !== undefined)
    return replaceExpired(http, ctx, row, requester, routes.expired, restart.expiredAt);
  if (restart !== undefined) return replaceOver(http, ctx, row, requester, restart.messages);
  if (outcome.kind === 'finished' && routes.over !== undefined)
    return replaceOver(http, ctx, row, requester, [routes.over(body)]);
  await answer(http, ctx, outcome);
}

/** The body of a submit that may run; `answered` when the answer is written. */
async function admit(
  http: HttpContext,
  ctx: Context,
  routes: FlowRoutes,
  row: FlowRow,
  requester: Requester,
): Promise<Body | 'answered'> {
  refuseSwitchedOff(http, row.kind);
  if (await routes.admit(http, ctx, row, requester)) {
    await http.engine.noteRefusal(row, requester.session === undefined ? SESSION_LOST : SIGNED_IN);
    return 'answered';
  }
  if (row.expiresAt <= http.clock.now()) {
    await replaceExpired(http, ctx, row, requester, routes.expired);
    return 'answered';
  }
  if (!http.engine.canGoOn(row)) {
    await replaceStopped(http, ctx, row, requester);
    return 'answered';
  }
  const read = await readSubmitBody(http, ctx, row.type);
  if ('refusal' in read) {
    await http.engine.noteRefusal(row, { code: 'bad_request', reason: read.refusal });
    await refuse(http, ctx, row, read.refusal);
    return 'answered';
  }
  const { body } = read;
  if (row.type === 'browser') {
    http.sites.checkForm(ctx);
    if (!isHandedOut(row))
      http.csrf.check(ctx, row.csrf, requester.session?.session.id, { token: bodyField(body, 'csrf_token') });
  }
  return body;
}

const SESSION_LOST: Cause = {
  code: 'session_inactive',
  reason: 'Nobody is signed in any more; the browser was sent to the login.',
};
const SIGNED_IN: Cause = {
  code: 'session_already_available',
  reason: 'Somebody is signed in already; the browser was sent on.',
};

/** Answers with the page as it stands and what is wrong with the request; the flow did not move. */
async function refuse(http: HttpContext, ctx: Context, row: FlowRow, reason: string): Promise<void> {
  const json = await flowJson(http, ctx, row);
  const { at: _node, ...message } = say(4000001, { reason });
  if (row.type === 'browser' && !isJsonRequest(ctx)) throw new SallyportError('bad_request', reason);
  writeJson(ctx, 400, { ...json, ui: { ...json.ui, messages: [message] } });
}
