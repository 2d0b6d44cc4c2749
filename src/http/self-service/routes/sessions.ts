import type Router from '@koa/router';
import type { Context } from 'koa';
import { publicIdentity } from '../../../identity/json.ts';
import { must, SallyportError } from '../../../kernel/error.ts';
import { parseSessionId } from '../../../kernel/id.ts';
import { sessionJson } from '../../../session/json.ts';
import type { SessionWithIdentity } from '../../../session/session.ts';
import { takeNetworkBudget } from '../network-limit.ts';
import { queryValue } from '../../query-value.ts';
import { writeJson } from '../../middleware/json.ts';
import { readOffset, writeOffsetLinks } from '../../pagination.ts';
import { demandFactors } from '../require-aal.ts';
import type { Web } from '../context.ts';
import { createRouter } from '../../router.ts';

/**
 * `whoami` and the person's own sessions. A router of their own, which stands in front: the
 * question that every request of an application asks is not held against the routes of all the flows first.
 */
export function sessionRoutes(web: Web): Router {
  const router = createRouter();
  router.all('/sessions/whoami', (ctx) => whoami(web, ctx));
  router.get('/sessions/token-exchange', (ctx) => takeSession(web, ctx));
  router.get('/sessions', (ctx) => others(web, ctx));
  router.delete('/sessions', (ctx) => revokeOthers(web, ctx));
  router.delete('/sessions/:id', (ctx) => revokeOne(web, ctx));
  return router;
}

/** Cross-site requests that could change anything are refused before they are looked at (security CS-5). */
async function signedIn(web: Web, ctx: Context): Promise<SessionWithIdentity> {
  web.sites.check(ctx);
  const session = await web.session(ctx);
  if (session === undefined) throw new SallyportError('unauthorized', 'No valid session credentials were given.');
  demandFactors(web, session, web.runner.config.session.requiredAal);
  return session;
}

async function whoami(web: Web, ctx: Context): Promise<void> {
  const { session, identity } = await signedIn(web, ctx);
  if (ctx.querystring !== '' && ctx.query['tokenize_as'] !== undefined)
    throw new SallyportError('bad_request', 'Session tokens of another form (tokenize_as) are not supported yet.');
  const { config, clock } = web.runner;
  ctx.set('X-Kratos-Authenticated-Identity-Id', identity.id);
  writeJson(ctx, 200, sessionJson(session, publicIdentity(identity, config.serve.public.baseUrl), clock.now()));
}

/** For a native app whose person signed in in a browser: two codes for one session, once. */
async function takeSession(web: Web, ctx: Context): Promise<void> {
  const { runner } = web;
  const init = queryValue(ctx, 'init_code');
  const back = queryValue(ctx, 'return_to_code');
  if (!init || !back) throw new SallyportError('bad_request', 'init_code and return_to_code are both needed.');
  await takeNetworkBudget(web, await web.requester(ctx), 'flows');
  const found = await web.engine.exchange(init, back);
  if (found === undefined) throw new SallyportError('not_found', 'The codes do not match, or were used before.');
  const person = publicIdentity(found.identity, runner.config.serve.public.baseUrl);
  const session = { ...found.session, devices: [] };
  writeJson(ctx, 200, { session_token: found.token, session: sessionJson(session, person, runner.clock.now()) });
}

async function others(web: Web, ctx: Context): Promise<void> {
  const { session, identity } = await signedIn(web, ctx);
  const { config, clock } = web.runner;
  const query = readOffset(ctx);
  const now = clock.now();
  const { items, total } = await web.engine.sessions.others(session, query);
  writeOffsetLinks(ctx, query, total);
  const person = publicIdentity(identity, config.serve.public.baseUrl);
  writeJson(
    ctx,
    200,
    items.map((each) => sessionJson(each, person, now)),
  );
}

async function revokeOthers(web: Web, ctx: Context): Promise<void> {
  const { session } = await signedIn(web, ctx);
  const count = await web.engine.sessions.revokeOthers(session);
  writeJson(ctx, 200, { count });
}

async function revokeOne(web: Web, ctx: Context): Promise<void> {
  const { session, identity } = await signedIn(web, ctx);
  const id = parseSessionId(must(ctx['params'] as Record<string, string>, 'Route parameters')['id']);
  if (id === undefined) throw new SallyportError('bad_request', 'The session id is malformed.');
  if (id === session.id)
    throw new SallyportError('bad_request', 'This is the session in use: please sign out instead.');
  await web.engine.sessions.revoke(identity.id, id);
  ctx.status = 204;
}
