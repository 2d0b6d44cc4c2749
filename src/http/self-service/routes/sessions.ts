import type Router from '@koa/router';
import type { Context } from 'koa';
import { publicIdentity } from '../../../identity/json.ts';
import { must, SallyportError } from '../../../kernel/error.ts';
import { parseSessionId } from '../../../kernel/id.ts';
import { sessionJson } from '../../../session/json.ts';
import type { SessionWithIdentity } from '../../../session/session.ts';
import { takeNetworkBudget } from '../../../limit/take-network-budget.ts';
import { queryValue } from '../../query-value.ts';
import { writeJson } from '../../middleware/json.ts';
import { readOffset, writeOffsetLinks } from '../../pagination.ts';
import { demandFactors } from '../require-aal.ts';
import type { HttpContext } from '../context.ts';
import { createRouter } from '../../router.ts';

/**
 * The requester's own sessions: whoami, list, revoke. A router of its own, before that of the flows: `whoami` is asked
 * on every request of an application, and is not matched against all routes of the flows first.
 */
export function sessionRoutes(http: HttpContext): Router {
  const router = createRouter();
  router.all('/sessions/whoami', (ctx) => whoami(http, ctx));
  router.get('/sessions/token-exchange', (ctx) => takeSession(http, ctx));
  router.get('/sessions', (ctx) => others(http, ctx));
  router.delete('/sessions', (ctx) => revokeOthers(http, ctx));
  router.delete('/sessions/:id', (ctx) => revokeOne(http, ctx));
  return router;
}

/** The signed-in session; refuses cross-site requests before anything is looked up (security CS-5). */
async function signedIn(http: HttpContext, ctx: Context): Promise<SessionWithIdentity> {
  http.sites.check(ctx);
  const session = await http.session(ctx);
  if (session === undefined) throw new SallyportError('unauthorized', 'No valid session credentials were given.');
  demandFactors(http, session, http.config.session.requiredAal);
  return session;
}

async function whoami(http: HttpContext, ctx: Context): Promise<void> {
  const { session, identity } = await signedIn(http, ctx);
  if (ctx.querystring !== '' && ctx.query['tokenize_as'] !== undefined)
    throw new SallyportError('bad_request', 'Session tokens of another form (tokenize_as) are not supported yet.');
  const { config, clock } = http;
  ctx.set('X-Kratos-Authenticated-Identity-Id', identity.id);
  writeJson(ctx, 200, sessionJson(session, publicIdentity(identity, config.serve.public.baseUrl), clock.now()));
}

/** Exchanges the two codes of a native app for the session that its browser signed in with; works once. */
async function takeSession(http: HttpContext, ctx: Context): Promise<void> {
  const init = queryValue(ctx, 'init_code');
  const back = queryValue(ctx, 'return_to_code');
  if (!init || !back) throw new SallyportError('bad_request', 'init_code and return_to_code are both needed.');
  await takeNetworkBudget(http.limits, http.network(ctx), 'flows');
  const found = await http.engine.exchange(init, back);
  if (found === undefined) throw new SallyportError('not_found', 'The codes do not match, or were used before.');
  const person = publicIdentity(found.identity, http.config.serve.public.baseUrl);
  const session = { ...found.session, devices: [] };
  writeJson(ctx, 200, { session_token: found.token, session: sessionJson(session, person, http.clock.now()) });
}

async function others(http: HttpContext, ctx: Context): Promise<void> {
  const { session, identity } = await signedIn(http, ctx);
  const { config, clock } = http;
  const query = readOffset(ctx);
  const now = clock.now();
  const { items, total } = await http.engine.sessions.others(session, query);
  writeOffsetLinks(ctx, config.serve.public.baseUrl, query, total);
  const person = publicIdentity(identity, config.serve.public.baseUrl);
  writeJson(
    ctx,
    200,
    items.map((each) => sessionJson(each, person, now)),
  );
}

async function revokeOthers(http: HttpContext, ctx: Context): Promise<void> {
  const { session } = await signedIn(http, ctx);
  const count = await http.engine.sessions.revokeOthers(session);
  writeJson(ctx, 200, { count });
}

async function revokeOne(http: HttpContext, ctx: Context): Promise<void> {
  const { session, identity } = await signedIn(http, ctx);
  const id = parseSessionId(must(ctx['params'] as Record<string, string>, 'Route parameters')['id']);
  if (id === undefined) throw new SallyportError('bad_request', 'The session id is malformed.');
  if (id === session.id)
    throw new SallyportError('bad_request', 'This is the session in use: please sign out instead.');
  await http.engine.sessions.revoke(identity.id, id);
  ctx.status = 204;
}
