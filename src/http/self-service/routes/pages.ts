import type Router from '@koa/router';
import type { Context } from 'koa';
import type { Asset } from '../../../pages/asset.ts';
import { renderErrorPage } from '../../../pages/error-page.ts';
import { renderFlowPage } from '../../../pages/flow-page.ts';
import type { Links, PageContext } from '../../../pages/page.ts';
import { renderSessionsPage } from '../../../pages/sessions-page.ts';
import { renderWelcomePage } from '../../../pages/welcome-page.ts';
import type { SessionJson } from '../../../pages/session-json.ts';
import { bodyField } from '../../../kernel/body.ts';
import { SallyportError } from '../../../kernel/error.ts';
import { parseSessionId } from '../../../kernel/id.ts';
import { publicIdentity } from '../../../identity/json.ts';
import { sessionJson } from '../../../session/json.ts';
import type { Requester } from '../../../engine/contract.ts';
import { leave } from '../answer.ts';
import { whyOfFlow } from '../../console/flow-views.ts';
import { forwarding } from '../error-redirect.ts';
import { setPageHeaders } from '../../middleware/headers.ts';
import { demandFactors } from '../require-aal.ts';
import type { Web } from '../context.ts';
import { readFlow, type Door } from './self-service.ts';

export interface PagesParts {
  readonly doors: readonly Door[];
  readonly assets: { readonly style: Asset; readonly script: Asset };
  readonly formOrigins: readonly string[];
  /** The inbox of a development server. */
  readonly inboxUrl: string | undefined;
}

/** Where the pages in the box stand on the public listener. */
export const PAGES = '/ui';

/** The pages in the box: clients of the flow JSON like any other, without a way of their own into the engine. */
export function pageRoutes(router: Router, web: Web, parts: PagesParts): void {
  const { doors, assets } = parts;
  for (const asset of [assets.style, assets.script]) {
    router.get(asset.path, (ctx) => {
      ctx.set('Cache-Control', 'public, max-age=31536000, immutable');
      ctx.set('Content-Type', asset.type);
      ctx.body = asset.body;
    });
  }
  for (const door of doors) router.get(`${PAGES}/${door.kind}`, (ctx) => flowPage(web, ctx, parts, door));
  const forward = forwarding(web);
  router.get('/', forward, (ctx) => welcome(web, ctx, parts));
  router.get(`${PAGES}/error`, (ctx) => errorPage(web, ctx, parts));
  router.get(`${PAGES}/sessions`, forward, (ctx) => sessionsPage(web, ctx, parts));
  router.post(`${PAGES}/sessions`, forward, (ctx) => endSessions(web, ctx));
}

async function contextOf(web: Web, ctx: Context, { assets, inboxUrl }: PagesParts): Promise<PageContext> {
  const { config } = web.runner;
  const { session } = await web.requester(ctx);
  const base = config.serve.public.baseUrl;
  const begin = (kind: string): string => `${base}/self-service/${kind}/browser`;
  const presented = web.presented(ctx);
  const links: Links = {
    home: `${base}/`,
    login: begin('login'),
    ...(config.flows.registration.enabled && { registration: begin('registration') }),
    ...(config.flows.recovery.enabled && { recovery: begin('recovery') }),
    ...(config.flows.verification.enabled && { verification: begin('verification') }),
    ...(session && {
      settings: begin('settings'),
      sessions: `${base}${PAGES}/sessions`,
      ...(presented?.by === 'cookie' && {
        logout: `${base}/self-service/logout?token=${web.logoutToken(presented.token)}`,
      }),
    }),
    ...(inboxUrl !== undefined && { inbox: inboxUrl }),
  };
  return { name: 'Sallyport', assets: { style: assets.style.path, script: assets.script.path }, links };
}

function show(ctx: Context, html: string, formOrigins: readonly string[], status = 200): void {
  ctx.status = status;
  ctx.type = 'text/html; charset=utf-8';
  setPageHeaders(ctx, { formOrigins });
  ctx.body = html;
}

/** A flow that is gone or over is begun anew: nobody is left on a dead page. */
async function flowPage(web: Web, ctx: Context, parts: PagesParts, door: Door): Promise<void> {
  const begin = `${web.runner.config.serve.public.baseUrl}/self-service/${door.kind}/browser`;
  const read = await readFlow(web, ctx, door, 'flow').catch((error: unknown) => {
    if (error instanceof SallyportError && error.status < 500) return undefined;
    throw error;
  });
  if (read === 'answered') return;
  if (read === undefined) return leave(ctx, 303, begin);
  const providers = (await web.oidc?.origins()) ?? [];
  const html = renderFlowPage(door.kind, read, await contextOf(web, ctx, parts));
  show(ctx, html, [...parts.formOrigins, ...providers]);
}

async function welcome(web: Web, ctx: Context, parts: PagesParts): Promise<void> {
  const requester = await web.requester(ctx);
  if (requester.session) demandFactors(web, requester.session, web.runner.config.session.requiredAal);
  show(ctx, renderWelcomePage(sessionOf(web, requester), await contextOf(web, ctx, parts)), parts.formOrigins);
}

function sessionOf({ runner: { config, clock } }: Web, { session }: Requester): SessionJson | undefined {
  if (session === undefined) return undefined;
  // The wire's session has the members the pages show.
  return sessionJson(
    session.session,
    publicIdentity(session.identity, config.serve.public.baseUrl),
    clock.now(),
  ) as unknown as SessionJson;
}

async function errorPage(web: Web, ctx: Context, parts: PagesParts): Promise<void> {
  const id = String(ctx.query['id'] ?? ctx.query['error'] ?? '');
  const found = id === '' ? undefined : await web.runner.store.errors.find(id);
  const status = Number(found?.error['code'] ?? 404);
  const reason = found?.error['reason'];
  const request = found?.error['request'];
  const flow = found && web.errorFlows?.find(found.id);
  const why = flow && (await whyOfFlow(web.runner, flow));
  const view = {
    status,
    ...(typeof reason === 'string' && { message: reason }),
    ...(typeof request === 'string' && { requestId: request }),
    ...(why !== undefined && { why: why.text }),
    again: `${web.runner.config.serve.public.baseUrl}/`,
  };
  show(
    ctx,
    renderErrorPage(view, await contextOf(web, ctx, parts)),
    parts.formOrigins,
    found === undefined ? 404 : 200,
  );
}

const MOST_SHOWN = 100;

async function sessionsPage(web: Web, ctx: Context, parts: PagesParts): Promise<void> {
  const { config, clock } = web.runner;
  const requester = await web.requester(ctx);
  const current = sessionOf(web, requester);
  const { session } = requester;
  if (current === undefined || session === undefined)
    return leave(
      ctx,
      303,
      `${config.serve.public.baseUrl}/self-service/login/browser?return_to=${encodeURIComponent(`${config.serve.public.baseUrl}${PAGES}/sessions`)}`,
    );
  demandFactors(web, session, config.session.requiredAal);
  const now = clock.now();
  const { items } = await web.engine.sessions.others(session.session, { page: 0, size: MOST_SHOWN });
  const csrf = web.csrf.ensure(ctx, session.session.id);
  const others = items.map((each) => sessionJson(each, null, now) as unknown as SessionJson); // the wire's session, as above
  const view = { current, others, action: `${PAGES}/sessions`, csrfToken: web.csrf.token(csrf, session.session.id) };
  show(ctx, renderSessionsPage(view, await contextOf(web, ctx, parts)), parts.formOrigins);
}

async function endSessions(web: Web, ctx: Context): Promise<void> {
  const { config } = web.runner;
  const { session } = await web.requester(ctx);
  const body = await web.body(ctx);
  if (session === undefined) return leave(ctx, 303, `${config.serve.public.baseUrl}/self-service/login/browser`);
  demandFactors(web, session, config.session.requiredAal);
  web.sites.check(ctx);
  web.csrf.check(ctx, web.csrf.ensure(ctx, session.session.id), session.session.id, {
    token: bodyField(body, 'csrf_token'),
  });
  const id = parseSessionId(bodyField(body, 'session'));
  if (bodyField(body, 'all') === 'true') await web.engine.sessions.revokeOthers(session.session);
  else if (id !== undefined && id !== session.session.id) await web.engine.sessions.revoke(session.identity.id, id);
  leave(ctx, 303, `${config.serve.public.baseUrl}${PAGES}/sessions`);
}
