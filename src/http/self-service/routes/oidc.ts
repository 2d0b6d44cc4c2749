import type Router from '@koa/router';
import type { Context } from 'koa';
import { wantedUrl } from '../../../engine/view/return-to.ts';
import type { Outcome, Requester } from '../../../engine/contract.ts';
import type { FlowRow } from '../../../flow/flow.ts';
import { SallyportError } from '../../../kernel/error.ts';
import { bodyField } from '../../../kernel/body.ts';
import { answer, leave } from '../answer.ts';
import { about, forwarding } from '../error-redirect.ts';
import { takeNetworkBudget } from '../network-limit.ts';
import type { ProviderDoor, Web } from '../context.ts';

const CALLBACK = '/self-service/methods/oidc/callback';
/** Fields of a provider's answer are short; nothing longer is carried on in an address. */
const MAX_QUERY = 8_192;

/** The callback that providers send the browser back to. */
export function oidcRoutes(router: Router, web: Web): void {
  const { oidc } = web;
  if (oidc === undefined) return;
  const forward = forwarding(web);
  for (const path of [CALLBACK, `${CALLBACK}/:provider`]) {
    router.get(path, forward, (ctx) => comeBack(web, oidc, ctx));
    router.post(path, forward, (ctx) => turnIntoGet(web, oidc, ctx));
  }
}

const providerOf = (ctx: Context): string | undefined => (ctx['params'] as Record<string, string>)['provider'];

async function comeBack(web: Web, oidc: ProviderDoor, ctx: Context): Promise<void> {
  const { runner } = web;
  const query = new URLSearchParams(ctx.querystring);
  const row = await flowOf(web, oidc, query);
  about(ctx, row.type, row.id);
  const requester = await web.requester(ctx);
  if (requester.session !== undefined && row.type === 'browser' && row.kind !== 'settings' && !row.refresh)
    return leave(ctx, 303, wantedUrl(runner.config, row.requestUrl));
  // The browser that left is the one that comes back (security OI-1). An app's browser has no cookie of ours: what it
  // brings back to the app is worth nothing without the code the app alone has.
  if (row.type === 'browser') web.csrf.check(ctx, row.csrf, requester.session?.session.id, 'fetch');
  admitToSettings(row, requester);
  const waits = await oidc.awaits(row.id, { state: query.get('state') ?? '', provider: providerOf(ctx) });
  if (!waits)
    throw new SallyportError(
      'bad_request',
      'This answer of the provider was used before, came too late, or belongs to another attempt. Please start again.',
    );
  await takeNetworkBudget(web, requester, row.kind === 'registration' ? 'registrations' : 'flows');
  const body = { kind: 'json', value: { query: ctx.querystring } } as const;
  const trigger = { type: 'return', method: 'oidc' } as const;
  const outcome = await web.engine.submit({ row, trigger, requester, body });
  if (row.type === 'api') return toApp(web, ctx, outcome);
  await answer(web, ctx, outcome);
}

/** An app's browser goes back to the app: with a code, or with the flow that has something to say. */
function toApp({ runner }: Web, ctx: Context, { row, exchangeCode: code }: Outcome): void {
  const to = new URL(wantedUrl(runner.config, row.requestUrl));
  if (code !== undefined) to.searchParams.set('code', code);
  if (code === undefined || row.kind === 'registration') to.searchParams.set('flow', row.id);
  leave(ctx, 303, to.href);
}

async function flowOf({ engine, runner }: Web, oidc: ProviderDoor, query: URLSearchParams): Promise<FlowRow> {
  const state = query.getAll('state');
  const id = state.length === 1 ? oidc.flowOf(state[0] ?? '') : undefined;
  if (id === undefined)
    throw new SallyportError(
      'bad_request',
      'The provider’s answer carries no state of this server. Please start again.',
    );
  const row = await engine.find(id);
  if (row === undefined) throw new SallyportError('flow_not_found', 'The flow does not exist or has expired.');
  if (row.expiresAt <= runner.clock.now())
    throw new SallyportError('self_service_flow_expired', 'The flow has expired. Please start a new one.');
  return row;
}

/** Connecting belongs to the person who asked for it. */
function admitToSettings(row: FlowRow, { session }: Requester): void {
  if (row.kind !== 'settings') return;
  if (session === undefined) throw new SallyportError('session_inactive', 'There is no active session.');
  if (session.identity.id !== row.identityId)
    throw new SallyportError('security_identity_mismatch', 'The flow belongs to another identity.');
}

/** Some providers answer by a cross-site POST, which brings no cookie: it is asked for again as a GET (security OI-14). */
async function turnIntoGet(web: Web, oidc: ProviderDoor, ctx: Context): Promise<void> {
  const provider = providerOf(ctx);
  if (provider === undefined || !oidc.posts(provider)) {
    ctx.set('Allow', 'GET');
    throw new SallyportError('method_not_allowed', 'The callback of this provider takes GET.');
  }
  const body = await web.body(ctx);
  const fields = ['code', 'state', 'iss', 'error', 'error_description', 'user'].flatMap((name): [string, string][] => {
    const value = bodyField(body, name);
    return value === undefined ? [] : [[name, value]];
  });
  const query = new URLSearchParams(fields);
  if (!query.has('state')) throw new SallyportError('bad_request', 'The answer carries no state.');
  if (query.toString().length > MAX_QUERY) throw new SallyportError('payload_too_large', 'The answer is too long.');
  leave(ctx, 302, `${web.runner.config.serve.public.baseUrl}${ctx.path}?${query.toString()}`);
}
