import type { Context } from 'koa';
import { flowUrl } from '../../engine/view/return-to.ts';
import type { OpenedFlow, Requester } from '../../engine/contract.ts';
import type { FlowRow, FlowType } from '../../flow/flow.ts';
import { SallyportError } from '../../kernel/error.ts';
import type { Message } from '../../kernel/message.ts';
import { moment, type MessageNumber, say } from '../../kernel/messages.ts';
import { flowJson } from './answer.ts';
import { leave } from '../redirect.ts';
import { writeJson } from '../middleware/json.ts';
import { isJsonRequest, wantsJson } from '../negotiate.ts';
import type { HttpContext } from './context.ts';

/** A flow that was opened: its page, or itself. */
export async function answerOpened(http: HttpContext, ctx: Context, opened: OpenedFlow, type: FlowType): Promise<void> {
  if (opened.kind !== 'flow') return turnedAway(ctx, opened, type);
  const { row } = opened;
  const initCode = http.engine.initCodeOf(row);
  if (type === 'api' || wantsJson(ctx))
    return writeJson(ctx, 200, {
      ...(await flowJson(http, ctx, row)),
      ...(initCode !== undefined && { session_token_exchange_code: initCode }),
    });
  const { kind } = row;
  if (kind !== 'logout') leave(ctx, 303, flowUrl(http.config.flows[kind].uiUrl, row.id));
}

/** A hook before the flow let nobody in. */
function turnedAway(ctx: Context, opened: Exclude<OpenedFlow, { readonly kind: 'flow' }>, type: FlowType): void {
  if (opened.kind === 'refused') {
    throw new SallyportError(
      'bad_request',
      opened.messages.map(({ text }) => text).join(' ') || 'The flow cannot be started now.',
    );
  }
  ctx.remove('Set-Cookie');
  if (type === 'browser' && !wantsJson(ctx)) return leave(ctx, 302, opened.to);
  throw new SallyportError('browser_location_change_required', 'Please continue in a browser at the given address.', {
    beside: { redirect_browser_to: opened.to },
  });
}

/** A new flow in place of one that is over, with the same beginning. */
export async function replaceExpired(
  http: HttpContext,
  ctx: Context,
  row: FlowRow,
  requester: Requester,
  expired: MessageNumber,
): Promise<void> {
  const opened = await beginInstead(
    http,
    ctx,
    row,
    requester,
    [say(expired, moment('expired_at', row.expiresAt))],
    false,
  );
  if (opened.kind !== 'flow') return turnedAway(ctx, opened, row.type);
  const gone = new SallyportError('self_service_flow_expired', 'The flow has expired; a new one was started.', {
    beside: {
      expired_at: new Date(row.expiresAt).toISOString(),
      since: (http.clock.now() - row.expiresAt) * 1_000_000,
      use_flow_id: opened.row.id,
    },
    ...detailsOf(http, opened.row),
  });
  leadOn(http, ctx, opened.row, gone);
}

/** A new flow in place of one that cannot succeed any more: no more tries, a link that was used. */
export async function restartFlow(
  http: HttpContext,
  ctx: Context,
  row: FlowRow,
  requester: Requester,
  messages: readonly Message[],
): Promise<void> {
  const opened = await beginInstead(http, ctx, row, requester, messages, true);
  if (opened.kind !== 'flow') return turnedAway(ctx, opened, row.type);
  const [first] = messages;
  leadOn(http, ctx, opened.row, new SallyportError('bad_request', first?.text ?? '', detailsOf(http, opened.row)));
}

/** A new flow in place of one that has passed: a code that was used before, a page that was left open. */
export async function replaceFinished(
  http: HttpContext,
  ctx: Context,
  row: FlowRow,
  requester: Requester,
  message: Message,
): Promise<void> {
  const byCode = row.kind === 'verification' && http.config.flows.verification.use === 'code';
  if (!byCode || !(row.type === 'api' || isJsonRequest(ctx))) return restartFlow(http, ctx, row, requester, [message]);
  const opened = await beginInstead(http, ctx, row, requester, [message], true);
  if (opened.kind !== 'flow') return turnedAway(ctx, opened, row.type);
  throw new SallyportError('self_service_flow_replaced', 'The flow was completed; a new one was started.', {
    beside: { use_flow_id: opened.row.id },
  });
}

/** Recovery and verification redirect every client to the new flow; other flows answer with the new flow's id. */
function leadOn(http: HttpContext, ctx: Context, row: FlowRow, gone: SallyportError): void {
  const { config } = http;
  const { kind, type, id } = row;
  if (kind === 'logout') throw gone;
  if (type === 'browser' && !isJsonRequest(ctx)) return leave(ctx, 303, flowUrl(config.flows[kind].uiUrl, id));
  const told =
    kind === 'recovery' && transitions(http) && (type === 'api' || gone.code !== 'self_service_flow_expired');
  if ((kind !== 'recovery' && kind !== 'verification') || told) throw gone;
  leave(ctx, 303, `${config.serve.public.baseUrl}/self-service/${kind}/flows?id=${id}`);
}

const transitions = ({ config }: HttpContext): boolean => config.featureFlags['use_continue_with_transitions'] === true;

/** Where a client that follows `continue_with` goes on. */
function detailsOf(
  http: HttpContext,
  { kind, type, id }: FlowRow,
): { readonly details?: Readonly<Record<string, unknown>> } {
  if (kind !== 'recovery' || !transitions(http)) return {};
  const url = flowUrl(http.config.flows.recovery.uiUrl, id);
  const flow = { id, ...(type === 'browser' && { url }) };
  return { details: { continue_with: [{ action: 'show_recovery_ui', flow }] } };
}

/** With the same beginning; `anew`: under a new CSRF cookie. */
async function beginInstead(
  { engine, csrf }: HttpContext,
  ctx: Context,
  row: FlowRow,
  requester: Requester,
  messages: readonly Message[],
  anew: boolean,
): Promise<OpenedFlow> {
  const session = requester.session?.session.id;
  const bind = (): string => {
    if (!anew) return csrf.ensure(ctx, session);
    const half = csrf.fresh();
    csrf.set(ctx, half, session);
    return half;
  };
  return engine.replace(row, { csrf: row.type === 'browser' ? bind() : '', requester, messages });
}
