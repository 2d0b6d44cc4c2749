import type Router from '@koa/router';
import type { Context } from 'koa';
import type { OpenRequest, Outcome, Requester } from '../../../engine/contract.ts';
import { returnToOf } from '../../../engine/view/return-to.ts';
import { causeOf, type Cause } from '../../../flow/journal.ts';
import type { FlowKind, FlowRow } from '../../../flow/flow.ts';
import type { FlowJson } from '../../../flow/json.ts';
import { SallyportError } from '../../../kernel/error.ts';
import { parseFlowId } from '../../../kernel/id.ts';
import type { Message } from '../../../kernel/message.ts';
import { say, type MessageNumber } from '../../../kernel/messages.ts';
import { bodyField, type Body } from '../../../kernel/body.ts';
import { answer, flowJson } from '../answer.ts';
import { answerBegun, replaceExpired, replaceFinished, restartFlow } from '../answer-opened.ts';
import { about, forwarding } from '../error-redirect.ts';
import { transientPayloadOf } from '../transient-payload.ts';
import { writeJson } from '../../middleware/json.ts';
import { takeNetworkBudget } from '../network-limit.ts';
import { isJsonRequest } from '../../negotiate.ts';
import type { Web } from '../context.ts';

/** What one kind of flow does differently at the door. */
export interface Door {
  readonly kind: 'login' | 'registration' | 'settings' | 'verification' | 'recovery';
  /** Message of the flow that replaces an expired one. */
  readonly expired: MessageNumber;
  /** The expired flow's error carries an id when fetched. */
  readonly expiredId: boolean;
  /** What a flow says that takes the place of one that was finished; undefined: the finished one answers itself. */
  over?(body: Body): Message;
  /** Why this request may not begin such a flow, or what it begins with. May answer by itself: then undefined. */
  open(web: Web, ctx: Context, requester: Requester): Promise<Opened | undefined>;
  /** Before a submit: may throw or answer by itself (true). */
  admit(web: Web, ctx: Context, row: FlowRow, requester: Requester): Promise<boolean>;
  /** Before a fetch. */
  show(web: Web, ctx: Context, row: FlowRow, requester: Requester): Promise<boolean>;
}
export type Opened = Pick<OpenRequest, 'opening' | 'refresh' | 'requestedAal' | 'schemaId' | 'messages'>;

/** The routes every flow has: open for a browser, open for an app, fetch, submit. */
export function selfService(router: Router, web: Web, door: Door): void {
  const { kind } = door;
  const forward = forwarding(web);
  router.get(`/self-service/${kind}/browser`, forward, (ctx) => open(web, ctx, door, 'browser'));
  router.get(`/self-service/${kind}/api`, forward, (ctx) => open(web, ctx, door, 'api'));
  router.get(`/self-service/${kind}/flows`, (ctx) => fetchFlow(web, ctx, door));
  router.post(`/self-service/${kind}`, forward, (ctx) => takeSubmit(web, ctx, door));
}

const publicUrl = ({ runner: { config } }: Web, ctx: Context): string =>
  `${config.serve.public.baseUrl}${ctx.originalUrl}`;

async function open(web: Web, ctx: Context, door: Door, type: 'browser' | 'api'): Promise<void> {
  about(ctx, type);
  checkReturnTo(web, ctx, door.kind);
  const requester = await web.requester(ctx);
  await takeNetworkBudget(web, requester, 'flows');
  const opened = await door.open(web, ctx, requester);
  if (opened === undefined) return;
  const csrf = type === 'browser' ? String(ctx.state['csrf']) : '';
  const begun = await web.engine.open({
    kind: door.kind,
    type,
    requestUrl: publicUrl(web, ctx),
    csrf,
    requester,
    ...opened,
  });
  await answerBegun(web, ctx, begun, type);
}

/** Early and without effect: `return_to` that no list of this flow could accept (security RD-11). */
function checkReturnTo(web: Web, ctx: Context, kind: FlowKind): void {
  const all = new URLSearchParams(ctx.querystring).getAll('return_to');
  if (all.length > 1) throw new SallyportError('bad_request', 'return_to is given twice.');
  const wanted = all[0];
  if (wanted === undefined || wanted === '') return;
  if (!web.engine.acceptsReturnTo(kind, wanted)) {
    throw new SallyportError(
      'self_service_flow_return_to_forbidden',
      'The address in return_to is not on the list of allowed return URLs.',
    );
  }
}

async function findFlow(web: Web, ctx: Context, kind: FlowKind, name: 'id' | 'flow'): Promise<FlowRow> {
  const id = parseFlowId(ctx.query[name]);
  if (id === undefined && name === 'flow')
    throw new SallyportError('bad_request', 'The flow parameter is missing or malformed.');
  const row = id && (await web.engine.find(id));
  if (!row || row.kind !== kind) throw new SallyportError('flow_not_found', 'The flow does not exist or has expired.');
  about(ctx, row.type, row.id);
  return row;
}

async function fetchFlow(web: Web, ctx: Context, door: Door): Promise<void> {
  const json = await readFlow(web, ctx, door, 'id');
  if (json !== 'answered') writeJson(ctx, 200, json);
}

/** A flow as its own browser or app may see it; or the door has answered by itself. */
export async function readFlow(
  web: Web,
  ctx: Context,
  door: Door,
  name: 'id' | 'flow',
): Promise<FlowJson | 'answered'> {
  const row = await findFlow(web, ctx, door.kind, name);
  const requester = await web.requester(ctx);
  if (row.type === 'browser' && door.kind !== 'settings' && !handedOver(row))
    await noting(web, row, async () => web.csrf.check(ctx, row.csrf, requester.session?.session.id, 'fetch'));
  if (await door.show(web, ctx, row, requester)) return 'answered';
  if (row.expiresAt <= web.runner.clock.now()) throw expiredOnFetch(web, row, door);
  return flowJson(web, ctx, row);
}

function expiredOnFetch({ runner: { config } }: Web, row: FlowRow, { kind, expiredId }: Door): SallyportError {
  const returnTo = returnToOf(row.requestUrl);
  const begin = `${config.serve.public.baseUrl}/self-service/${kind}/${row.type}`;
  const details =
    row.type === 'api'
      ? { api: begin }
      : {
          redirect_to: returnTo === undefined ? begin : `${begin}?return_to=${encodeURIComponent(returnTo)}`,
          return_to: returnTo ?? '',
        };
  return new SallyportError(
    expiredId || (kind === 'recovery' && row.type === 'api') ? 'self_service_flow_expired' : 'flow_expired',
    'The flow has expired. Please start a new one.',
    { details },
  );
}

/** One submit: who asks, whether the flow is still open, whether it is theirs; then the machine decides. */
export async function takeSubmit(web: Web, ctx: Context, door: Door): Promise<void> {
  const row = await findFlow(web, ctx, door.kind, 'flow');
  const requester = await web.requester(ctx);
  const body = await noting(web, row, () => admit(web, ctx, door, row, requester));
  if (body === 'answered') return;
  const trigger = { type: 'submit', method: bodyField(body, 'method') } as const;
  const transientPayload = transientPayloadOf(body);
  const outcome = await web.engine.submit({ row, trigger, requester, body, transientPayload });
  await answerOrRestart(web, ctx, { door, outcome, requester, body });
}

interface Submitted {
  readonly door: Door;
  readonly outcome: Outcome;
  readonly requester: Requester;
  readonly body: Body;
}

/** What became of the submit; or a new flow where this one can go no further. */
export async function answerOrRestart(
  web: Web,
  ctx: Context,
  { door, outcome, requester, body }: Submitted,
): Promise<void> {
  const { row, restart } = outcome;
  if (restart !== undefined) return restartFlow(web, ctx, row, requester, restart);
  if (outcome.kind === 'finished' && door.over !== undefined)
    return replaceFinished(web, ctx, row, requester, door.over(body));
  await answer(web, ctx, outcome);
}

/** A recovery that an administrator began for somebody: no browser is bound to it, its code alone proves the person. */
const handedOver = ({ kind, type, csrf }: FlowRow): boolean => kind === 'recovery' && type === 'browser' && csrf === '';

/** The body of a submit that may run; or it has been answered by itself. */
async function admit(
  web: Web,
  ctx: Context,
  door: Door,
  row: FlowRow,
  requester: Requester,
): Promise<Body | 'answered'> {
  if (await door.admit(web, ctx, row, requester)) {
    await web.engine.noteRefusal(row, requester.session === undefined ? SESSION_LOST : SIGNED_IN);
    return 'answered';
  }
  if (row.expiresAt <= web.runner.clock.now()) {
    await replaceExpired(web, ctx, row, requester, door.expired);
    return 'answered';
  }
  const read = await readBody(web, ctx, row);
  if ('refusal' in read) {
    await web.engine.noteRefusal(row, { code: 'bad_request', reason: read.refusal });
    await refuse(web, ctx, row, read.refusal);
    return 'answered';
  }
  const { body } = read;
  if (row.type === 'browser') {
    web.sites.check(ctx);
    if (!handedOver(row))
      web.csrf.check(ctx, row.csrf, requester.session?.session.id, { token: bodyField(body, 'csrf_token') });
  }
  return body;
}

const REPLACED: ReadonlySet<string> = new Set(['self_service_flow_expired', 'self_service_flow_replaced']);
const SESSION_LOST: Cause = {
  code: 'session_inactive',
  reason: 'Nobody is signed in any more; the browser was sent to the login.',
};
const SIGNED_IN: Cause = {
  code: 'session_already_available',
  reason: 'Somebody is signed in already; the browser was sent on.',
};

/** What is thrown here never comes to the flow's machine: the journal says so, for `why`. */
async function noting<T>(web: Web, row: FlowRow, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // That a flow was replaced has its own record.
    const replaced = error instanceof SallyportError && REPLACED.has(error.code);
    if (!replaced) await web.engine.noteRefusal(row, causeOf(error));
    throw error;
  }
}

/** The body, or why an API flow does not take this request (security CS-4, CS-3): a message on the form. */
async function readBody(
  web: Web,
  ctx: Context,
  row: FlowRow,
): Promise<{ readonly body: Body } | { readonly refusal: string }> {
  if (row.type === 'api') {
    if (ctx.get('Origin') !== '')
      return { refusal: 'An API flow does not take requests with an Origin header; browsers use the browser flow.' };
    if (hasForeignCookies(ctx.get('Cookie')))
      return { refusal: 'An API flow does not take requests with cookies; browsers use the browser flow.' };
  }
  try {
    return { body: await web.body(ctx) };
  } catch (error) {
    if (error instanceof SallyportError && (error.code === 'unsupported_media_type' || error.code === 'bad_request'))
      return { refusal: error.reason };
    throw error;
  }
}

const INFRASTRUCTURE = /^(?:__cf|_cf|cf_)/;
const hasForeignCookies = (header: string): boolean =>
  header
    .split(';')
    .map((part) => part.trim())
    .some((part) => part !== '' && !INFRASTRUCTURE.test(part));

/** Nothing ran: the page as it stands, with what is wrong about the request. */
async function refuse(web: Web, ctx: Context, row: FlowRow, reason: string): Promise<void> {
  const json = await flowJson(web, ctx, row);
  const { at: _node, ...message } = say(4000001, { reason });
  if (row.type === 'browser' && !isJsonRequest(ctx)) throw new SallyportError('bad_request', reason);
  writeJson(ctx, 400, { ...json, ui: { ...json.ui, messages: [message] } });
}
