import type Router from '@koa/router';
import type { Context } from 'koa';
import { wantedUrl } from '../../../engine/view/return-to.ts';
import { SallyportError } from '../../../kernel/error.ts';
import type { ReturnUrl } from '../../../kernel/return-url.ts';
import { bodyField, type Body } from '../../../kernel/body.ts';
import { leave } from '../../redirect.ts';
import { errorRedirect } from '../error-redirect.ts';
import { writeJson } from '../../middleware/json.ts';
import { isJsonRequest } from '../../negotiate.ts';
import { requestUrlOf } from '../request-url.ts';
import type { HttpContext } from '../context.ts';
import { wantedReturn } from '../wanted-return.ts';

/** Logout: by a token that only the session's browser can have, or for apps by the session's token. */
export function logoutRoutes(router: Router, http: HttpContext): void {
  const forward = errorRedirect(http);
  router.get('/self-service/logout/browser', forward, (ctx) => prepareLogout(http, ctx));
  router.get('/self-service/logout', forward, (ctx) => logOutBrowser(http, ctx));
  router.delete('/self-service/logout/api', (ctx) => logOutNative(http, ctx));
}

async function prepareLogout(http: HttpContext, ctx: Context): Promise<void> {
  const back = wantedReturn(http, ctx, 'logout');
  const presented = await http.presented(ctx);
  if (presented?.session === undefined || presented.by !== 'cookie')
    throw new SallyportError('session_inactive', 'There is no active session.');
  const token = http.logoutToken(presented.token);
  const url = new URL(`${http.config.serve.public.baseUrl}/self-service/logout`);
  if (back !== undefined)
    url.searchParams.set('return_to', wantedUrl(http.config, requestUrlOf(http, ctx), leavesFor(http)));
  url.searchParams.set('token', token);
  writeJson(ctx, 200, { logout_url: url.href, logout_token: token });
}

async function logOutBrowser(http: HttpContext, ctx: Context): Promise<void> {
  const back = wantedReturn(http, ctx, 'logout');
  const { token } = ctx.query;
  if (typeof token !== 'string' || token === '')
    throw new SallyportError('bad_request', 'The token parameter is missing.');
  const requester = await http.requester(ctx);
  const presented = await http.presented(ctx);
  if (requester.session === undefined || presented?.by !== 'cookie')
    throw new SallyportError('session_inactive', 'There is no active session.');
  if (!http.sameSecret(token, http.logoutToken(presented.token)))
    throw new SallyportError('forbidden', 'The token does not belong to this session.');
  const requestUrl = requestUrlOf(http, ctx);
  const { redirectTo } = await http.engine.logOut({
    type: 'browser',
    requestUrl,
    requester,
    session: requester.session,
  });
  http.cookies.clear(ctx);
  http.csrf.set(ctx, http.csrf.fresh(), undefined);
  clearBrowserData(http, ctx);
  if (isJsonRequest(ctx)) {
    ctx.status = 204;
    return;
  }
  const base = leavesFor(http);
  const to = back === undefined ? base : wantedUrl(http.config, requestUrl, base);
  leave(ctx, redirectTo === undefined ? 303 : 302, redirectTo ?? to);
}

/**
 * The browser forgets cookies, storage and caches of the site, the cookie by which its device was known among them (W3C,
 * Clear Site Data). It heeds the header over https only.
 */
function clearBrowserData({ config }: HttpContext, ctx: Context): void {
  const { clearsBrowserData } = config.flows.logout;
  if (clearsBrowserData && config.serve.public.baseUrl.startsWith('https:'))
    ctx.set('Clear-Site-Data', '"cache", "cookies", "storage"');
}

/** Where a browser goes that named no place. */
const leavesFor = ({ config }: HttpContext): ReturnUrl => config.flows.logout.returnUrl ?? config.defaultReturnUrl;

async function logOutNative(http: HttpContext, ctx: Context): Promise<void> {
  const body = await http.body(ctx).catch((cause: unknown) => {
    if (cause instanceof SallyportError && cause.status < 500 && cause.status !== 413)
      throw new SallyportError('bad_request', 'The body must be JSON with a session_token.', { cause });
    throw cause;
  });
  const token = sessionTokenIn(body);
  const session = token === '' ? undefined : await http.anySessionOf(token);
  if (session === undefined) throw new SallyportError('forbidden', 'The session_token belongs to no session.');
  const requester = await http.requester(ctx);
  const requestUrl = requestUrlOf(http, ctx);
  // An app that signs out twice is signed out, whoever was first.
  if (session.session.active && session.session.expiresAt > http.clock.now())
    await http.engine.logOut({ type: 'api', requestUrl, requester, session }).catch(unlessEnded);
  ctx.status = 204;
}

/** Empty where there is none. */
function sessionTokenIn(body: Body): string {
  const token = body.kind === 'json' ? body.value['session_token'] : bodyField(body, 'session_token');
  if (token === undefined || token === null || typeof token === 'string') return token ?? '';
  throw new SallyportError('bad_request', 'The session_token is not a text.');
}

function unlessEnded(error: unknown): void {
  if (!(error instanceof SallyportError && error.code === 'session_inactive')) throw error;
}
