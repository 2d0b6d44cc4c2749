import type Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import { publicIdentity } from '../../../identity/json.ts';
import { must, SallyportError } from '../../../kernel/error.ts';
import { parseSessionId } from '../../../kernel/id.ts';
import type { JsonObject } from '../../../kernel/json.ts';
import { strongEnough } from '../../../session/aal.ts';
import { sessionJson } from '../../../session/json.ts';
import type { SessionWithIdentity } from '../../../session/session.ts';
import { takeNetworkBudget } from '../../../limit/take-network-budget.ts';
import { queryValue } from '../../query-value.ts';
import { jsonText, writeJson, writeJsonText } from '../../middleware/json.ts';
import { readOffset, writeOffsetLinks } from '../../pagination.ts';
import { demandFactors } from '../require-aal.ts';
import type { HttpContext } from '../context.ts';
import { createRouter } from '../../router.ts';

/** `/sessions/whoami` is asked on every request of an application, and is not matched against other routes first. */
export function whoamiRoute(http: HttpContext): Middleware {
  const whoami = createWhoami(http);
  return (ctx, next) => (ctx.path === '/sessions/whoami' ? whoami(ctx) : next());
}

/** The requester's sessions: list, revoke; and how an app gets its own. */
export function sessionRoutes(http: HttpContext): Router {
  const router = createRouter();
  router.get('/.well-known/ory/jwks.json', (ctx) => publishKeys(http, ctx));
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

/** The store gives the same value for a session until its row changes, so the answer that it makes is made once, too. */
function createWhoami(http: HttpContext): (ctx: Context) => Promise<void> {
  const texts = new WeakMap<SessionWithIdentity, string>();
  const textOf = (signed: SessionWithIdentity): string => {
    const known = texts.get(signed);
    if (known !== undefined) return known;
    // What signs somebody in is active, whatever the time.
    const text = jsonText(jsonOf(http, signed));
    texts.set(signed, text);
    return text;
  };
  return async (ctx) => {
    let signed: SessionWithIdentity;
    try {
      signed = await signedIn(http, ctx);
    } catch (error) {
      await tellNobodyIsCacheable(http, ctx);
      throw error;
    }
    const template = ctx.querystring === '' ? undefined : queryValue(ctx, 'tokenize_as');
    const token = template ? await tokenized(http, signed, template) : undefined;
    ctx.res.setHeader('X-Kratos-Authenticated-Identity-Id', signed.identity.id);
    if (token !== undefined) writeJson(ctx, 200, token);
    else {
      tellCacheable(http, ctx, signed.session.expiresAt);
      writeJsonText(ctx, textOf(signed));
    }
  };
}

/** How long a proxy that asked for everybody may keep an answer; seconds. */
const CACHE_FOR = 'Ory-Session-Cache-For';
const NOBODY_FOR = 60;

function tellCacheable({ config, clock }: HttpContext, ctx: Context, expiresAt: number): void {
  const { cacheableFor } = config.session;
  if (cacheableFor === undefined) return;
  ctx.set(CACHE_FOR, String(Math.max(0, Math.floor(Math.min(cacheableFor, expiresAt - clock.now()) / 1_000))));
}

/** That a request without any credential is nobody's stays true; what a credential is good for may change. */
async function tellNobodyIsCacheable(http: HttpContext, ctx: Context): Promise<void> {
  if (http.config.session.cacheableFor === undefined) return;
  const presented = await http.presented(ctx).catch(() => true); // several people's cookies: a credential
  if (presented === undefined) ctx.set(CACHE_FOR, String(NOBODY_FOR));
}

const jsonOf = ({ config, clock }: HttpContext, { session, identity }: SessionWithIdentity): JsonObject =>
  sessionJson(session, publicIdentity(identity, config.serve.public.baseUrl), clock.now());

async function tokenized(http: HttpContext, signed: SessionWithIdentity, template: string): Promise<JsonObject> {
  const json = jsonOf(http, signed);
  return { ...json, tokenized: await http.tokenizer.token(template, signed.session, signed.identity, json) };
}

/** The keys by which session tokens are checked (RFC 7517, section 5). Whoever checks them may keep them for a while. */
function publishKeys({ tokenizer }: HttpContext, ctx: Context): void {
  writeJson(ctx, 200, { keys: tokenizer.published });
  ctx.set('Cache-Control', 'public, max-age=300');
  ctx.set('Access-Control-Allow-Origin', '*');
  ctx.set('Cross-Origin-Resource-Policy', 'cross-origin');
}

/** Exchanges the two codes of a native app for the session that its browser signed in with; works once. */
async function takeSession(http: HttpContext, ctx: Context): Promise<void> {
  const init = queryValue(ctx, 'init_code');
  const back = queryValue(ctx, 'return_to_code');
  if (!init || !back) throw new SallyportError('bad_request', 'init_code and return_to_code are both needed.');
  await takeNetworkBudget(http.limits, http.network(ctx), 'flows');
  const found = await http.engine.exchange(init, back);
  if (found === undefined) throw new SallyportError('not_found', 'The codes do not match, or were used before.');
  const { serve, session: rules } = http.config;
  // A session that is too weak for `whoami` comes without the account (security SE-11).
  const whole = strongEnough(found.session.aal, found.identity.availableAal, rules.requiredAal);
  const person = whole ? publicIdentity(found.identity, serve.public.baseUrl) : null;
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
