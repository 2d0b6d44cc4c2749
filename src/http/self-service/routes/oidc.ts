import type Router from '@koa/router';
import type { Context } from 'koa';
import { wantedUrl } from '../../../engine/view/return-to.ts';
import type { Outcome, Requester } from '../../../engine/contract.ts';
import type { FlowRow } from '../../../flow/flow.ts';
import { SallyportError } from '../../../kernel/error.ts';
import { bodyField } from '../../../kernel/body.ts';
import { answer } from '../answer.ts';
import { leave } from '../../redirect.ts';
import { markFlow } from '../beginning.ts';
import { errorRedirect } from '../error-redirect.ts';
import { replaceStopped } from '../replace-flow.ts';
import { refuseSwitchedOff } from '../switched-off.ts';
import type { HttpContext } from '../context.ts';
import type { ProviderCallback } from '../provider-callback.ts';

const CALLBACK = '/self-service/methods/oidc/callback';
/** Characters of the query in the redirect from POST to GET; the fields of a provider's answer are short. */
const MAX_QUERY = 8_192;

/** The callback to which providers send the browser back. */
export function oidcRoutes(router: Router, http: HttpContext): void {
  const { providers } = http;
  const forward = errorRedirect(http);
  if (providers === undefined) {
    // Whoever comes back from a provider after providers were switched off is told so, on a page.
    router.get([CALLBACK, `${CALLBACK}/:provider`], forward, () => {
      throw new SallyportError('not_found', 'Signing in at other providers is switched off.');
    });
    return;
  }
  for (const path of [CALLBACK, `${CALLBACK}/:provider`]) {
    router.get(path, forward, (ctx) => finishSignIn(http, providers, ctx));
    router.post(path, forward, (ctx) => redirectToGet(http, providers, ctx));
  }
}

const providerOf = (ctx: Context): string | undefined => (ctx['params'] as Record<string, string>)['provider'];

async function finishSignIn(http: HttpContext, providers: ProviderCallback, ctx: Context): Promise<void> {
  const query = new URLSearchParams(ctx.querystring);
  const row = await flowOf(http, providers, query);
  markFlow(ctx, row.type, row);
  const requester = await http.requester(ctx);
  if (requester.session !== undefined && row.type === 'browser' && row.kind !== 'settings' && !row.refresh)
    return leave(ctx, 303, wantedUrl(http.config, row.requestUrl));
  // Only the browser that went to the provider may come back (security OI-1). An app's browser has no CSRF cookie: the
  // code that it brings back to the app is worth nothing without the app's own code.
  if (row.type === 'browser') http.csrf.check(ctx, row.csrf, requester.session?.session.id, 'fetch');
  refuseSwitchedOff(http, row.kind);
  admitToSettings(row, requester);
  if (!http.engine.canGoOn(row)) return replaceStopped(http, ctx, row, requester);
  const waits = await providers.awaits(row.id, { state: query.get('state') ?? '', provider: providerOf(ctx) });
  if (!waits)
    throw new SallyportError(
      'bad_request',
      'This answer of the provider was used before, came too late, or belongs to another attempt. Please start again.',
    );
  const body = { kind: 'json', value: { query: ctx.querystring } } as const;
  const trigger = { type: 'return', method: providers.method } as const;
  const outcome = await http.engine.submit({ row, trigger, requester, body });
  if (row.type === 'api') return toApp(http, ctx, outcome);
  await answer(http, ctx, outcome);
}

/** Redirects an app's browser to the app: with the code for the session, or with the flow that has messages. */
function toApp({ config }: HttpContext, ctx: Context, { row, exchangeCode: code }: Outcome): void {
  const to = new URL(wantedUrl(config, row.requestUrl));
  if (code !== undefined) to.searchParams.set('code', code);
  if (code === undefined || row.kind === 'registration') to.searchParams.set('flow', row.id);
  leave(ctx, 303, to.href);
}

async function flowOf(
  { engine, clock }: HttpContext,
  providers: ProviderCallback,
  query: URLSearchParams,
): Promise<FlowRow> {
  const state = query.getAll('state');
  const id = state.length === 1 ? providers.flowOf(state[0] ?? '') : undefined;
  if (id === undefined)
    throw new SallyportError(
      'bad_request',
      'The provider’s answer carries no state of this server. Please start again.',
    );
  const row = await engine.find(id);
  if (row === undefined) throw new SallyportError('flow_not_found', 'The flow does not exist or has expired.');
  if (row.expiresAt <= clock.now())
    throw new SallyportError('self_service_flow_expired', 'The flow has expired. Please start a new one.');
  return row;
}

/** A provider's account is connected by the identity that asked for the connection. */
function admitToSettings(row: FlowRow, { session }: Requester): void {
  if (row.kind !== 'settings') return;
  if (session === undefined) throw new SallyportError('session_inactive', 'There is no active session.');
  if (session.identity.id !== row.identityId)
    throw new SallyportError('security_identity_mismatch', 'The flow belongs to another identity.');
}

/** A cross-site POST of a provider carries no cookies: a redirect turns it into a GET that does (security OI-14). */
async function redirectToGet(http: HttpContext, providers: ProviderCallback, ctx: Context): Promise<void> {
  const provider = providerOf(ctx);
  if (provider === undefined || !providers.posts(provider)) {
    ctx.set('Allow', 'GET');
    throw new SallyportError('method_not_allowed', 'The callback of this provider takes GET.');
  }
  const body = await http.body(ctx);
  const fields = ['code', 'state', 'iss', 'error', 'error_description', 'user'].flatMap((name): [string, string][] => {
    const value = bodyField(body, name);
    return value === undefined ? [] : [[name, value]];
  });
  const query = new URLSearchParams(fields);
  if (!query.has('state')) throw new SallyportError('bad_request', 'The answer carries no state.');
  if (query.toString().length > MAX_QUERY) throw new SallyportError('payload_too_large', 'The answer is too long.');
  leave(ctx, 302, `${http.config.serve.public.baseUrl}${ctx.path}?${query.toString()}`);
}
