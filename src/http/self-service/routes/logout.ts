import type Router from '@koa/router';
import type { Context } from 'koa';
import { wantedUrl } from '../../../engine/view/return-to.ts';
import { SallyportError } from '../../../kernel/error.ts';
import { bodyField } from '../../../kernel/body.ts';
import { leave } from '../answer.ts';
import { forwarding } from '../error-redirect.ts';
import { writeJson } from '../../middleware/json.ts';
import { isJsonRequest } from '../../negotiate.ts';
import { usable } from '../../../session/lifetime.ts';
import type { Web } from '../context.ts';

/** Logout: by a token that only the session's own browser can have, or natively by the session's token. */
export function logoutRoutes(router: Router, web: Web): void {
  const forward = forwarding(web);
  router.get('/self-service/logout/browser', forward, (ctx) => prepareLogout(web, ctx));
  router.get('/self-service/logout', forward, (ctx) => logOutBrowser(web, ctx));
  router.delete('/self-service/logout/api', (ctx) => logOutNative(web, ctx));
}

function checkedReturn(web: Web, ctx: Context): string | undefined {
  const wanted = ctx.query['return_to'];
  if (wanted === undefined || wanted === '') return undefined;
  if (Array.isArray(wanted)) throw new SallyportError('bad_request', 'return_to is given twice.');
  if (!web.engine.acceptsReturnTo('logout', wanted)) {
    throw new SallyportError(
      'self_service_flow_return_to_forbidden',
      'The address in return_to is not on the list of allowed return URLs.',
    );
  }
  return wanted;
}

async function prepareLogout(web: Web, ctx: Context): Promise<void> {
  const back = checkedReturn(web, ctx);
  const { session } = await web.requester(ctx);
  const presented = web.presented(ctx);
  if (session === undefined || presented?.by !== 'cookie')
    throw new SallyportError('session_inactive', 'There is no active session.');
  const token = web.logoutToken(presented.token);
  const url = new URL(`${web.runner.config.serve.public.baseUrl}/self-service/logout`);
  if (back !== undefined) url.searchParams.set('return_to', back);
  url.searchParams.set('token', token);
  writeJson(ctx, 200, { logout_url: url.href, logout_token: token });
}

async function logOutBrowser(web: Web, ctx: Context): Promise<void> {
  const back = checkedReturn(web, ctx);
  const { token } = ctx.query;
  if (typeof token !== 'string' || token === '')
    throw new SallyportError('bad_request', 'The token parameter is missing.');
  const requester = await web.requester(ctx);
  const presented = web.presented(ctx);
  if (requester.session === undefined || presented?.by !== 'cookie')
    throw new SallyportError('unauthorized', 'There is no active session.');
  if (!web.sameSecret(token, web.logoutToken(presented.token)))
    throw new SallyportError('forbidden', 'The token does not belong to this session.');
  const requestUrl = `${web.runner.config.serve.public.baseUrl}${ctx.originalUrl}`;
  const { redirectTo } = await web.engine.logOut({
    type: 'browser',
    requestUrl,
    requester,
    session: requester.session,
  });
  web.cookies.clear(ctx);
  web.csrf.set(ctx, web.csrf.fresh(), undefined);
  if (isJsonRequest(ctx)) {
    ctx.status = 204;
    return;
  }
  const { config } = web.runner;
  const base = config.flows.logout.returnUrl ?? config.defaultReturnUrl;
  const to = back === undefined ? base : wantedUrl(config, requestUrl, base);
  leave(ctx, redirectTo === undefined ? 303 : 302, redirectTo ?? to);
}

async function logOutNative(web: Web, ctx: Context): Promise<void> {
  const { runner } = web;
  const body = await web.body(ctx).catch((cause: unknown) => {
    if (cause instanceof SallyportError && cause.status < 500 && cause.status !== 413)
      throw new SallyportError('bad_request', 'The body must be JSON with a session_token.', { cause });
    throw cause;
  });
  const token = bodyField(body, 'session_token');
  if (token === undefined || token === '') throw new SallyportError('bad_request', 'The body needs a session_token.');
  const session = await runner.store.sessions.findByToken(
    runner.sealing.hashToken(token) as Parameters<typeof runner.store.sessions.findByToken>[0],
  ); // made by the one function that makes them
  if (session === undefined || !usable(session.session, session.identity, runner.clock.now()))
    throw new SallyportError('forbidden', 'The session_token belongs to no active session.');
  const requester = await web.requester(ctx);
  const requestUrl = `${runner.config.serve.public.baseUrl}${ctx.originalUrl}`;
  await web.engine.logOut({ type: 'api', requestUrl, requester, session });
  ctx.status = 204;
}
