import type { Context } from 'koa';
import type { Outcome, Requester, Viewer } from '../../engine/contract.ts';
import { flowUrl } from '../../engine/view/return-to.ts';
import { publicIdentity } from '../../identity/json.ts';
import { SallyportError } from '../../kernel/error.ts';
import type { Message } from '../../kernel/message.ts';
import { say } from '../../kernel/messages.ts';
import type { ContinueWith } from '../../kernel/verdict.ts';
import type { FlowRow } from '../../flow/flow.ts';
import type { FlowJson } from '../../flow/json.ts';
import { sessionJson } from '../../session/json.ts';
import { writeJson } from '../middleware/json.ts';
import { leave } from '../redirect.ts';
import { isJsonRequest, wantsJson } from '../negotiate.ts';
import type { HttpContext } from './context.ts';

/** A submit's outcome as status, redirect, cookies and body: the one place where they are decided. */
export async function answer(http: HttpContext, ctx: Context, outcome: Outcome): Promise<void> {
  const { row, page } = outcome;
  signIn(http, ctx, outcome, await http.requester(ctx));
  if (outcome.kind === 'finished') return finished(http, ctx, outcome);
  if (outcome.diverted !== undefined) return diverted(ctx, outcome, outcome.diverted);
  if (outcome.redirectTo !== undefined) return redirected(ctx, row, outcome.redirectTo, 302);
  if (outcome.providerUrl !== undefined && page === 'away' && !outcome.refused)
    return redirected(ctx, row, outcome.providerUrl, 303);
  if (page === 'held') return held(http, row);
  if (row.kind === 'verification') return shown(http, ctx, outcome);
  if (row.kind === 'recovery') return page === 'passed' ? recovered(http, ctx, outcome) : shown(http, ctx, outcome);
  if (!outcome.ended && (page !== 'success' || outcome.refused || outcome.kind === 'moved'))
    return again(http, ctx, outcome, outcome.kind === 'moved' && page === 'success' ? unsaved() : undefined);
  return row.kind === 'settings' ? saved(http, ctx, outcome) : passed(http, ctx, outcome);
}

/**
 * A verification or recovery flow wherever it stands: its page, or itself. A wrong code answers 200
 * like the reference; a form with an invalid field answers 400.
 */
async function shown(http: HttpContext, ctx: Context, outcome: Outcome): Promise<void> {
  const { row, page, identity, messages, transientPayload, challenged } = outcome;
  if (!native(row) && !isJsonRequest(ctx)) return leave(ctx, 303, flowUrl(pageUrl(http, row), row.id));
  const json = await flowJson(http, ctx, row, { identity });
  const refused = messages.some(
    ({ id, at: node, type }) => NO_STRATEGY.has(id) || (type === 'error' && node !== undefined),
  );
  // The wire tells it after a code was asked for or was wrong; not after a verification was asked for.
  const told = page === 'sent' && json.active === 'code' && !refused && (row.kind === 'recovery' || !challenged);
  writeJson(ctx, refused ? 400 : 200, told ? { ...json, transient_payload: transientPayload } : json);
}

/** Nobody took the submit, or what was sent could not be read. */
const NO_STRATEGY: ReadonlySet<number> = new Set([4010005, 4010006, 4000001]);

/** A completed recovery: the person is signed in and redirected to the settings to set a new password. */
async function recovered(http: HttpContext, ctx: Context, outcome: Outcome): Promise<void> {
  const { config } = http;
  const { row, identity, issued, settingsFlow } = outcome;
  if (settingsFlow === undefined) return shown(http, ctx, outcome); // over before this request: nothing is told
  const url = flowUrl(config.flows.settings.uiUrl, settingsFlow.id);
  const byLink = ctx.method === 'GET';
  if (byLink || (!native(row) && !isJsonRequest(ctx))) return leave(ctx, 303, url);
  if (config.featureFlags['use_continue_with_transitions'] !== true) {
    throw new SallyportError('browser_location_change_required', 'Please continue in a browser at the given address.', {
      beside: { redirect_browser_to: url },
    });
  }
  const offers: ContinueWith[] = [
    ...(native(row) && issued ? [{ action: 'set_ory_session_token', ory_session_token: issued.token } as const] : []),
    { action: 'show_settings_ui', flow: { id: settingsFlow.id, ...(!native(row) && { url }) } },
  ];
  writeJson(ctx, 200, { ...(await flowJson(http, ctx, row, { identity })), continue_with: offers });
}

const native = ({ type }: FlowRow): boolean => type === 'api';

/** Sets the cookies of a browser whose session was issued or renewed. */
function signIn(http: HttpContext, ctx: Context, outcome: Outcome, requester: Requester): void {
  const { kind, row, page, issued, started, diverted, refused } = outcome;
  if (native(row)) return;
  const changed = issued !== undefined && !issued.renewed;
  if (changed || (started.length > 0 && row.kind !== 'settings' && diverted === undefined))
    http.csrf.set(ctx, requester.nextCsrf, issued?.session.id);
  if (issued !== undefined && issued.token !== '') http.cookies.issue(ctx, issued.token, issued.session);
  else if (kind === 'ran' && row.kind === 'settings' && page === 'success' && !refused) reissue(http, ctx, requester);
}

/** Saved settings answer with the session cookie again, for the rest of its life. */
function reissue(http: HttpContext, ctx: Context, { session }: Requester): void {
  const presented = http.presented(ctx);
  if (presented?.by === 'cookie' && session !== undefined) http.cookies.issue(ctx, presented.token, session.session);
}

/** The flow had ended before this request: nothing was done. */
async function finished(http: HttpContext, ctx: Context, outcome: Outcome): Promise<void> {
  const message = say(outcome.row.kind === 'registration' ? 4010003 : 4010002);
  return again(http, ctx, outcome, [message]);
}

/** Another submit of the same form was saved, and this one was not. */
function unsaved(): readonly Message[] {
  const reason =
    'Something else was saved with this form at the same time, and this was not. Please check the form and try again.';
  return [say(4000001, { reason })];
}

/** The page the person stands on, with its messages: 400 for clients, for a browser its own page again. */
async function again(http: HttpContext, ctx: Context, outcome: Outcome, messages?: readonly Message[]): Promise<void> {
  const { row, identity, challenged } = outcome;
  if (!native(row) && !isJsonRequest(ctx)) {
    // The reference answers a refused registration form with 302, every other one with 303.
    const refused = row.kind === 'registration' && outcome.kind === 'ran' && !challenged;
    return leave(ctx, refused ? 302 : 303, flowUrl(pageUrl(http, row), row.id));
  }
  const json = await flowJson(http, ctx, row, { identity, ...(messages && { messages }) });
  writeJson(ctx, 400, challenged ? { ...json, transient_payload: outcome.transientPayload } : json);
}

const pageUrl = ({ config }: HttpContext, { kind }: FlowRow): string =>
  kind === 'logout' ? config.defaultReturnUrl : config.flows[kind].uiUrl;

/** A flow's JSON with the CSRF token and the account of this request. */
export async function flowJson(
  http: HttpContext,
  ctx: Context,
  row: FlowRow,
  { identity, messages }: Partial<Pick<Viewer, 'identity' | 'messages'>> = {},
): Promise<FlowJson> {
  const { session } = await http.requester(ctx);
  return http.engine.view(row, {
    csrfToken: native(row) ? '' : http.csrf.token(row.csrf, session?.session.id),
    identity: identity ?? (row.kind === 'settings' || row.refresh ? session?.identity : undefined),
    ...(messages && { messages }),
  });
}

/** A `redirect` hook (302) or a provider (303): an error that names the place for clients that cannot follow. */
function redirected(ctx: Context, row: FlowRow, to: string, status: 302 | 303): void {
  if (!native(row) && !isJsonRequest(ctx)) return leave(ctx, status, to);
  throw new SallyportError('browser_location_change_required', 'Please continue in a browser at the given address.', {
    beside: { redirect_browser_to: to },
  });
}

function diverted(ctx: Context, { row, started }: Outcome, { to, error }: NonNullable<Outcome['diverted']>): void {
  if (!native(row) && !isJsonRequest(ctx)) return leave(ctx, 303, to);
  throw new SallyportError('session_verified_address_required', error, {
    details: {
      continue_with: started.map(({ id, address, url }) => ({
        action: 'show_verification_ui',
        flow: { id, verifiable_address: address, url },
      })),
    },
  });
}

/** The change is put aside; the person proves themselves first and comes back to this very flow. */
export function held({ config }: HttpContext, row: Pick<FlowRow, 'id'>): never {
  const back = `${config.serve.public.baseUrl}/self-service/settings?flow=${row.id}`;
  const to = `${config.serve.public.baseUrl}/self-service/login/browser?refresh=true&return_to=${encodeURIComponent(back)}`;
  throw new SallyportError(
    'session_refresh_required',
    'Your sign-in is too old for this change. Please confirm that it is you.',
    {
      beside: { redirect_browser_to: to },
    },
  );
}

/** A login or registration that went through. */
async function passed(http: HttpContext, ctx: Context, outcome: Outcome): Promise<void> {
  const { row, method, issued, identity } = outcome;
  const to = http.engine.destinationOf(row, method);
  if (!native(row) && !wantsJson(ctx)) {
    const page = outcome.offers.findLast((offer) => offer.action === 'show_verification_ui')?.flow.url ?? to;
    if (page !== undefined) return leave(ctx, 303, page);
    ctx.status = 200; // in dialect v0.1-job nothing leads on: an empty page
    ctx.type = 'text/html';
    ctx.body = '';
    return;
  }
  const person = identity && publicIdentity(identity, http.config.serve.public.baseUrl);
  const session = issued && sessionJson(issued.session, person ?? null, http.clock.now());
  const offers: ContinueWith[] = [
    ...(!native(row) && to !== undefined ? [{ action: 'redirect_browser_to', redirect_browser_to: to } as const] : []),
    ...outcome.offers,
    ...(native(row) && row.kind === 'registration' && issued
      ? [{ action: 'set_ory_session_token', ory_session_token: issued.token } as const]
      : []),
  ];
  writeJson(ctx, 200, {
    ...(native(row) && issued && { session_token: issued.token || http.presented(ctx)?.token }),
    ...(session && { session }),
    ...(row.kind === 'registration' && { identity: person }),
    continue_with: offers.length > 0 ? offers : null,
  });
}

/** Settings that were saved: the same flow, which says so. */
async function saved(http: HttpContext, ctx: Context, outcome: Outcome): Promise<void> {
  const { row, method, identity } = outcome;
  const to = http.engine.destinationOf(row, method);
  if (!native(row) && !wantsJson(ctx)) {
    const page = outcome.offers.findLast((offer) => offer.action === 'show_verification_ui')?.flow.url;
    return leave(ctx, 303, page ?? to ?? pageUrl(http, row));
  }
  const offers: ContinueWith[] = [
    ...(!native(row) && to !== undefined ? [{ action: 'redirect_browser_to', redirect_browser_to: to } as const] : []),
    ...outcome.offers,
  ];
  const json = await flowJson(http, ctx, row, { identity });
  writeJson(ctx, 200, { ...json, ...(offers.length > 0 && { continue_with: offers }) });
}
