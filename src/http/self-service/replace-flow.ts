import type { Context } from 'koa';
import type { OpenedFlow, Requester } from '../../engine/contract.ts';
import { flowUrl } from '../../engine/view/return-to.ts';
import type { FlowRow } from '../../flow/flow.ts';
import { SallyportError } from '../../kernel/error.ts';
import type { Message } from '../../kernel/message.ts';
import { moment, say, type MessageNumber } from '../../kernel/messages.ts';
import { isJsonRequest } from '../negotiate.ts';
import { leave } from '../redirect.ts';
import { answerNotOpened } from './answer-opened.ts';
import { pageUrlOf } from './answer-parts.ts';
import type { HttpContext } from './context.ts';

/**
 * Opens a flow in place of an expired one, with the same beginning. What had expired may be a code of a flow that is
 * open still: then clients are told by the error in every kind of flow, as by the reference.
 */
export async function replaceExpired(
  http: HttpContext,
  ctx: Context,
  row: FlowRow,
  requester: Requester,
  expired: MessageNumber,
  codeExpiredAt?: number,
): Promise<void> {
  const endedAt = codeExpiredAt ?? row.expiresAt;
  const csrf = row.type === 'browser' ? http.csrf.ensure(ctx, requester.session?.session.id) : '';
  const messages = [say(expired, moment('expired_at', endedAt))];
  const opened = await http.engine.replace(row, { csrf, requester, messages });
  if (opened.kind !== 'flow') return answerNotOpened(ctx, opened, row.type);
  const error = new SallyportError('self_service_flow_expired', 'The flow has expired; a new one was started.', {
    beside: {
      expired_at: new Date(endedAt).toISOString(),
      since: (http.clock.now() - endedAt) * 1_000_000,
      use_flow_id: opened.row.id,
    },
    ...continueWithOf(http, opened.row),
  });
  if (codeExpiredAt !== undefined && isClient(ctx, row)) throw error;
  answerReplaced(http, ctx, opened.row, error);
}

/** Opens a flow in place of one that cannot succeed any more: no more tries, a link that was used. */
export async function restartFlow(
  http: HttpContext,
  ctx: Context,
  row: FlowRow,
  requester: Requester,
  messages: readonly Message[],
): Promise<void> {
  const opened = await replaceUnderNewCookie(http, ctx, row, requester, messages);
  if (opened.kind !== 'flow') return answerNotOpened(ctx, opened, row.type);
  const reason = messages[0]?.text ?? '';
  const error = new SallyportError('bad_request', reason, continueWithOf(http, opened.row));
  answerReplaced(http, ctx, opened.row, error);
}

/**
 * Opens a flow in place of one that the configuration in force stops: its page is gone, or no method of it is left
 * (docs/decisions/0037). The typed traits are kept.
 */
export async function replaceStopped(
  http: HttpContext,
  ctx: Context,
  row: FlowRow,
  requester: Requester,
): Promise<void> {
  const csrf = row.type === 'browser' ? http.csrf.ensure(ctx, requester.session?.session.id) : '';
  const opened = await http.engine.replaceOpen(row, { csrf, requester, messages: [say(1900007)] });
  if (opened.kind !== 'flow') return answerNotOpened(ctx, opened, row.type);
  const { id, type } = opened.row;
  // What fetches a flow is a program, whatever it accepts.
  const asJson = isJsonRequest(ctx) || ctx.path.endsWith('/flows');
  if (type === 'browser' && !asJson) return leave(ctx, 303, flowUrl(pageUrlOf(http, row), id));
  throw new SallyportError('self_service_flow_replaced', 'The configuration has changed; a new flow was started.', {
    beside: { use_flow_id: id },
  });
}

/**
 * Opens a flow in place of one that is over: a code that was used before, a page that was left open, too many tries.
 * Clients of a verification by code are told by the error.
 */
export async function replaceOver(
  http: HttpContext,
  ctx: Context,
  row: FlowRow,
  requester: Requester,
  messages: readonly Message[],
): Promise<void> {
  const byCode = row.kind === 'verification' && http.engine.methodOfLink(row) === undefined;
  if (!byCode || !isClient(ctx, row)) return restartFlow(http, ctx, row, requester, messages);
  const opened = await replaceUnderNewCookie(http, ctx, row, requester, messages);
  if (opened.kind !== 'flow') return answerNotOpened(ctx, opened, row.type);
  throw new SallyportError('self_service_flow_replaced', 'The flow is over; a new one was started.', {
    beside: { use_flow_id: opened.row.id },
  });
}

/** An app, or a page's script: it reads errors. */
const isClient = (ctx: Context, { type }: FlowRow): boolean => type === 'api' || isJsonRequest(ctx);

/** The new flow of a browser is bound to a new CSRF cookie. */
async function replaceUnderNewCookie(
  { engine, csrf }: HttpContext,
  ctx: Context,
  row: FlowRow,
  requester: Requester,
  messages: readonly Message[],
): Promise<OpenedFlow> {
  if (row.type === 'api') return engine.replace(row, { csrf: '', requester, messages });
  const half = csrf.fresh();
  const opened = await engine.replace(row, { csrf: half, requester, messages });
  csrf.set(ctx, half, requester.session?.session.id);
  return opened;
}

/** Recovery and verification redirect every client to the new flow; other flows answer with the error and its id. */
function answerReplaced(http: HttpContext, ctx: Context, row: FlowRow, error: SallyportError): void {
  const { kind, type, id } = row;
  if (kind === 'logout') throw error;
  if (type === 'browser' && !isJsonRequest(ctx)) return leave(ctx, 303, flowUrl(pageUrlOf(http, row), id));
  const expired = error.code === 'self_service_flow_expired';
  const inError = kind === 'recovery' && usesTransitions(http) && (type === 'api' || !expired);
  if ((kind !== 'recovery' && kind !== 'verification') || inError) throw error;
  leave(ctx, 303, `${http.config.serve.public.baseUrl}/self-service/${kind}/flows?id=${id}`);
}

const usesTransitions = ({ config }: HttpContext): boolean =>
  config.featureFlags['use_continue_with_transitions'] === true;

/** The details of the error for a client that follows `continue_with` to the new flow. */
function continueWithOf(
  http: HttpContext,
  { kind, type, id }: FlowRow,
): { readonly details?: Readonly<Record<string, unknown>> } {
  if (kind !== 'recovery' || !usesTransitions(http)) return {};
  const url = flowUrl(http.config.flows.recovery.uiUrl, id);
  const flow = { id, ...(type === 'browser' && { url }) };
  return { details: { continue_with: [{ action: 'show_recovery_ui', flow }] } };
}
