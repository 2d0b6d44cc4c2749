import type { Context } from 'koa';
import type { Diverted, Outcome, Requester } from '../../engine/contract.ts';
import { flowUrl } from '../../engine/view/return-to.ts';
import type { FlowRow } from '../../flow/flow.ts';
import type { Identity } from '../../identity/identity.ts';
import { SallyportError } from '../../kernel/error.ts';
import type { Message } from '../../kernel/message.ts';
import { deviceKnownTo } from '../../session/device-memory.ts';
import { say } from '../../kernel/messages.ts';
import { writeJson } from '../middleware/json.ts';
import { isBrowserRequest } from '../negotiate.ts';
import { leave } from '../redirect.ts';
import { answerRecovered, answerSaved, answerSignedIn } from './answer-accepted.ts';
import { answersByRedirect, continueInBrowser, flowJson, isNative, pageUrlOf } from './answer-parts.ts';
import type { HttpContext } from './context.ts';

/** Turns a submit's outcome into status, redirect, cookies and body; no other place decides about them. */
export async function answer(http: HttpContext, ctx: Context, outcome: Outcome): Promise<void> {
  const { kind, row, page, refused, diverted, redirectTo, providerUrl } = outcome;
  await setCookies(http, ctx, outcome, await http.requester(ctx));
  sayWhenAgain(ctx, outcome);
  if (kind === 'finished') return answerFinished(http, ctx, outcome);
  if (outcome.switchedOff) throw switchedOff(outcome);
  if (diverted !== undefined) return answerDiverted(ctx, outcome, diverted);
  if (redirectTo !== undefined) return answerElsewhere(ctx, row, redirectTo, 302);
  if (providerUrl !== undefined && page === 'away' && !refused) return answerElsewhere(ctx, row, providerUrl, 303);
  if (page === 'held' && !refused) return demandConfirmation(http, row);
  if (row.kind === 'settings' && outcome.challenged && !refused) return answerShown(http, ctx, outcome);
  if (row.kind === 'verification') return answerMailed(http, ctx, outcome);
  if (row.kind === 'recovery') {
    const signedIn = page === 'passed' && outcome.settingsFlow !== undefined;
    return signedIn ? answerRecovered(http, ctx, outcome, outcome.settingsFlow) : answerMailed(http, ctx, outcome);
  }
  const lost = kind === 'moved' && page === 'success';
  if (!outcome.ended && (page !== 'success' || refused || kind === 'moved'))
    return answerPage(http, ctx, outcome, lost ? NOT_SAVED : undefined);
  return row.kind === 'settings' ? answerSaved(http, ctx, outcome) : answerSignedIn(http, ctx, outcome);
}

/** A message that tells a person to wait tells a program, too. */
function sayWhenAgain(ctx: Context, { messages }: Outcome): void {
  const waits = messages.flatMap(({ context }) => {
    const seconds = context?.['retry_after'];
    return typeof seconds === 'number' ? [seconds] : [];
  });
  if (waits.length > 0) ctx.set('Retry-After', String(Math.max(...waits)));
}

/** Nobody is signed in, and the form is over: as in the reference. */
const switchedOff = ({ identity }: Outcome): SallyportError =>
  new SallyportError('unauthorized', 'The account is deactivated.', { details: { identity_id: identity?.id } });

/** Sets the cookies of a browser whose session was issued or renewed. */
async function setCookies(http: HttpContext, ctx: Context, outcome: Outcome, requester: Requester): Promise<void> {
  const { kind, row, page, identity, issued, started, diverted, refused, challenged } = outcome;
  if (isNative(row)) return;
  const changed = issued !== undefined && !issued.renewed;
  if (changed || (started.length > 0 && row.kind !== 'settings' && diverted === undefined))
    http.csrf.set(ctx, requester.nextCsrf, issued?.session.id);
  if (issued !== undefined && identity !== undefined)
    http.devices.remember(ctx, identity, issued.session.aal === 'aal2');
  if (issued !== undefined && issued.token !== '') http.cookies.issue(ctx, issued.token, issued.session);
  else if (kind === 'ran' && row.kind === 'settings' && page === 'success' && !refused && !challenged)
    await reissueCookies(http, ctx, requester);
}

/**
 * Saved settings answer with the session cookie again, for the rest of its life. A new password ends the devices that the
 * account knows; the one that has set it goes on as known.
 */
async function reissueCookies(http: HttpContext, ctx: Context, requester: Requester): Promise<void> {
  const presented = await http.presented(ctx);
  if (presented?.by !== 'cookie' || presented.session === undefined) return;
  const { session, identity } = presented.session;
  http.cookies.issue(ctx, presented.token, session);
  goOnAsKnown(http, ctx, requester, identity);
}

/** The browser whose request may have ended the devices of the account is known to it after that, if it was before. */
export function goOnAsKnown(http: HttpContext, ctx: Context, { devices }: Requester, identity: Identity): void {
  if (deviceKnownTo(devices, identity, http.clock.now()) !== undefined) http.devices.remember(ctx, identity);
}

/** A settings form that shows more than before, and has saved nothing. */
async function answerShown(http: HttpContext, ctx: Context, outcome: Outcome): Promise<void> {
  const { row, identity, transientPayload } = outcome;
  if (answersByRedirect(ctx, row)) return leave(ctx, 303, flowUrl(pageUrlOf(http, row), row.id));
  const json = await flowJson(http, ctx, row, { identity });
  writeJson(ctx, 200, { ...json, transient_payload: transientPayload });
}

/** The flow had ended before this request: nothing was done. */
async function answerFinished(http: HttpContext, ctx: Context, outcome: Outcome): Promise<void> {
  const { kind, requestedAal } = outcome.row;
  // As in the reference, which says so of a second step alone.
  const over = requestedAal === 'aal2' ? say(4000001, { reason: 'The second factor was given already.' }) : undefined;
  return answerPage(http, ctx, outcome, [over ?? say(kind === 'registration' ? 4010003 : 4010002)]);
}

/** Another submit of the same form was saved, and this one was not. */
const NOT_SAVED: readonly Message[] = [
  say(4000001, {
    reason:
      'Something else was saved with this form at the same time, and this was not. Please check the form and try again.',
  }),
];

/** The page that the flow stands on, with its messages: 400 for clients, a redirect for a browser. */
async function answerPage(
  http: HttpContext,
  ctx: Context,
  outcome: Outcome,
  messages?: readonly Message[],
): Promise<void> {
  const { kind, row, page, identity, challenged, transientPayload } = outcome;
  if (answersByRedirect(ctx, row)) {
    // The reference answers a refused registration form with 302, every other one with 303.
    const refused = row.kind === 'registration' && kind === 'ran' && !challenged;
    return leave(ctx, refused ? 302 : 303, flowUrl(pageUrlOf(http, row), row.id));
  }
  // As in the reference: the page that asks for a key is fetched anew.
  if (challenged && page === 'key') throw continueInBrowser(flowUrl(pageUrlOf(http, row), row.id));
  const json = await flowJson(http, ctx, row, { identity, ...(messages && { messages }) });
  writeJson(ctx, 400, challenged ? { ...json, transient_payload: transientPayload } : json);
}

/**
 * A verification or recovery flow on whichever page it stands. A wrong code answers 200 like the reference; a form with
 * an invalid field answers 400.
 */
async function answerMailed(http: HttpContext, ctx: Context, outcome: Outcome): Promise<void> {
  const { row, page, identity, messages, transientPayload, challenged } = outcome;
  const refused = messages.some(
    ({ id, at: node, type }) => UNREADABLE.has(id) || (type === 'error' && node !== undefined),
  );
  // As in the reference, a verification goes by `Accept` alone: without one even an app is led to the page.
  const toPage = row.kind === 'verification' && !refused ? isBrowserRequest(ctx) : answersByRedirect(ctx, row);
  if (toPage) return leave(ctx, 303, recoveryAfter(http, outcome) ?? flowUrl(pageUrlOf(http, row), row.id));
  const voided = outcome.voided.length > 0 && page === 'passed' && row.kind === 'verification';
  const claimed = voided && { messages: [say(1080002), say(1900003, { voided: outcome.voided })] };
  const json = await flowJson(http, ctx, row, { identity, ...claimed });
  // As in the reference: after a wrong code, and after a code of a recovery was asked for.
  const byCode = json.active !== http.engine.methodOfLink(row);
  const withPayload = page === 'sent' && byCode && !refused && (row.kind === 'recovery' || !challenged);
  writeJson(ctx, refused ? 400 : 200, withPayload ? { ...json, transient_payload: transientPayload } : json);
}

/** Whoever proved an account first and has no way in is led to where they get one. */
function recoveryAfter({ config }: HttpContext, { row, voided }: Outcome): string | undefined {
  const leads = row.kind === 'verification' && voided.length > 0 && config.flows.recovery.enabled;
  return leads ? `${config.serve.public.baseUrl}/self-service/recovery/browser` : undefined;
}

/** Messages of a submit that no method accepted, whose fields could not be read, or whose account is deactivated. */
const UNREADABLE: ReadonlySet<number> = new Set([4010005, 4010006, 4010011, 4000001]);

/** The target of a `redirect` hook (302) or a provider's page (303). */
function answerElsewhere(ctx: Context, row: FlowRow, to: string, status: 302 | 303): void {
  if (!answersByRedirect(ctx, row)) throw continueInBrowser(to);
  leave(ctx, status, to);
}

/** A hook leads to the verification of an address first. */
function answerDiverted(ctx: Context, { row, started }: Outcome, { to, error }: Diverted): void {
  if (answersByRedirect(ctx, row)) return leave(ctx, 303, to);
  throw new SallyportError('session_verified_address_required', error, {
    details: {
      continue_with: started.map(({ id, address, url }) => ({
        action: 'show_verification_ui',
        flow: { id, verifiable_address: address, url },
      })),
    },
  });
}

/** Settings hold the change back until the person has signed in again; the login leads back to this flow. */
export function demandConfirmation({ config }: HttpContext, { id }: Pick<FlowRow, 'id'>): never {
  const base = config.serve.public.baseUrl;
  const back = encodeURIComponent(`${base}/self-service/settings?flow=${id}`);
  throw new SallyportError(
    'session_refresh_required',
    'Your sign-in is too old for this change. Please confirm that it is you.',
    { beside: { redirect_browser_to: `${base}/self-service/login/browser?refresh=true&return_to=${back}` } },
  );
}
