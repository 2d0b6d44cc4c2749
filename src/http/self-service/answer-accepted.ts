import type { Context } from 'koa';
import type { Outcome } from '../../engine/contract.ts';
import { flowUrl } from '../../engine/view/return-to.ts';
import type { FlowRow } from '../../flow/flow.ts';
import { publicIdentity } from '../../identity/json.ts';
import type { ContinueWith } from '../../kernel/verdict.ts';
import { strongEnough } from '../../session/aal.ts';
import { sessionJson } from '../../session/json.ts';
import { writeJson } from '../middleware/json.ts';
import { isJsonRequest } from '../negotiate.ts';
import { leave } from '../redirect.ts';
import { answersByRedirect, continueInBrowser, flowJson, isNative, pageUrlOf } from './answer-parts.ts';
import type { HttpContext } from './context.ts';

/** A completed login or registration. */
export async function answerSignedIn(http: HttpContext, ctx: Context, outcome: Outcome): Promise<void> {
  const { row, method, issued, identity } = outcome;
  const native = isNative(row);
  const stepUp = stepUpUrl(http, outcome);
  if (stepUp !== undefined && !native) {
    if (isJsonRequest(ctx)) throw continueInBrowser(stepUp);
    return leave(ctx, 303, stepUp);
  }
  const settings = settingsOffer(http, outcome);
  if (settings?.flow.url !== undefined && !isJsonRequest(ctx)) return leave(ctx, 303, settings.flow.url);
  const to = http.engine.destinationOf(row, method);
  if (!native && !isJsonRequest(ctx)) {
    const page = verificationPage(outcome) ?? to;
    if (page !== undefined) return leave(ctx, 303, page);
    ctx.status = 200; // in dialect v0.1-job no page follows: an empty answer
    ctx.type = 'text/html';
    ctx.body = '';
    return;
  }
  const person = identity && publicIdentity(identity, http.config.serve.public.baseUrl);
  // Whose session is too weak for `whoami` gets it without the account (security SE-11), also where no factor is offered.
  const shown = isHalf(http, outcome) ? null : (person ?? null);
  const session = issued && sessionJson(issued.session, shown, http.clock.now());
  const offers: ContinueWith[] = [
    ...redirectOffer(row, to),
    ...outcome.offers,
    ...(settings === undefined ? [] : [settings]),
    ...(native && row.kind === 'registration' && issued ? [tokenOffer(issued.token)] : []),
  ];
  writeJson(ctx, 200, {
    ...(native && issued && { session_token: issued.token || (await http.presented(ctx))?.token }),
    ...(session && { session }),
    ...(row.kind === 'registration' && { identity: person }),
    continue_with: offers.length > 0 ? offers : null,
  });
}

/** The settings of whoever claimed an account by signing in; undefined where nothing was voided. */
function settingsOffer(
  { config }: HttpContext,
  { row, settingsFlow }: Outcome,
): Extract<ContinueWith, { readonly action: 'show_settings_ui' }> | undefined {
  if (settingsFlow === undefined) return undefined;
  const { id } = settingsFlow;
  const url = isNative(row) ? {} : { url: flowUrl(config.flows.settings.uiUrl, id) };
  return { action: 'show_settings_ui', flow: { id, ...url } };
}

/** The session of a login that is too weak without a second factor. */
const isHalf = ({ config }: HttpContext, { row, issued, identity }: Outcome): boolean =>
  row.kind === 'login' &&
  issued !== undefined &&
  identity !== undefined &&
  !strongEnough(issued.session.aal, identity.availableAal, config.session.requiredAal);

/** Where the second factor is asked for, if the session of a login is too weak without; undefined: it is strong enough. */
function stepUpUrl(http: HttpContext, outcome: Outcome): string | undefined {
  const { config, engine } = http;
  const { row } = outcome;
  if (!engine.offersSecondFactor || !isHalf(http, outcome)) return undefined;
  const to = new URL(`${config.serve.public.baseUrl}/self-service/login/browser?aal=aal2`);
  const back = engine.shownReturnTo(row);
  if (back !== undefined) to.searchParams.set('return_to', back);
  return to.href;
}

/** Saved settings: the same flow, with the message that it was saved. */
export async function answerSaved(http: HttpContext, ctx: Context, outcome: Outcome): Promise<void> {
  const { row, method, identity } = outcome;
  const to = http.engine.destinationOf(row, method);
  if (!isNative(row) && !isJsonRequest(ctx))
    return leave(ctx, 303, verificationPage(outcome) ?? to ?? pageUrlOf(http, row));
  const offers: ContinueWith[] = [...redirectOffer(row, to), ...outcome.offers];
  const json = await flowJson(http, ctx, row, { identity });
  writeJson(ctx, 200, { ...json, ...(offers.length > 0 && { continue_with: offers }) });
}

/** A completed recovery: the person is signed in and redirected to the settings to set a new password. */
export async function answerRecovered(
  http: HttpContext,
  ctx: Context,
  outcome: Outcome,
  settingsFlow: FlowRow,
): Promise<void> {
  const { config } = http;
  const { row, identity, issued } = outcome;
  const native = isNative(row);
  const url = flowUrl(config.flows.settings.uiUrl, settingsFlow.id);
  const byLink = ctx.method === 'GET';
  if (byLink || answersByRedirect(ctx, row)) return leave(ctx, 303, url);
  if (config.featureFlags['use_continue_with_transitions'] !== true) throw continueInBrowser(url);
  const offers: ContinueWith[] = [
    ...(native && issued ? [tokenOffer(issued.token)] : []),
    { action: 'show_settings_ui', flow: { id: settingsFlow.id, ...(!native && { url }) } },
  ];
  writeJson(ctx, 200, { ...(await flowJson(http, ctx, row, { identity })), continue_with: offers });
}

/** The page of the verification that a hook offers. */
const verificationPage = ({ offers }: Outcome): string | undefined =>
  offers.findLast((offer) => offer.action === 'show_verification_ui')?.flow.url;

/** Where a browser continues; an app has no such place. */
const redirectOffer = (row: FlowRow, to: string | undefined): readonly ContinueWith[] =>
  isNative(row) || to === undefined ? [] : [{ action: 'redirect_browser_to', redirect_browser_to: to }];

const tokenOffer = (token: string): ContinueWith => ({ action: 'set_ory_session_token', ory_session_token: token });
