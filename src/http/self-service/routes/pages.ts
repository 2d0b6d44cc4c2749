import type Router from '@koa/router';
import type { Context } from 'koa';
import type { Identity } from '../../../identity/identity.ts';
import { SallyportError } from '../../../kernel/error.ts';
import { renderErrorPage } from '../../../pages/error-page.ts';
import { renderFlowPage } from '../../../pages/flow-page.ts';
import { renderWelcomePage } from '../../../pages/welcome-page.ts';
import { leave } from '../../redirect.ts';
import { serveAssets } from '../../static-assets.ts';
import type { HttpContext } from '../context.ts';
import { beginningOf, markedFlow } from '../beginning.ts';
import { errorRedirect } from '../error-redirect.ts';
import { readFlow } from '../fetch-flow.ts';
import type { FlowRoutes } from '../flow-routes.ts';
import { isRetry, markRetry } from '../loop-guard.ts';
import { PAGES } from '../pages-path.ts';
import { demandFactors } from '../require-aal.ts';
import { createErrorPages, pageContextOf, shownSession, showPage, type PagesParts } from '../show-page.ts';
import { sessionsPageRoutes } from './sessions-page.ts';

/** The built-in pages: clients of the flow JSON like any other. */
export function pageRoutes(router: Router, http: HttpContext, parts: PagesParts): void {
  const { flows, assets } = parts;
  serveAssets(router, [assets.style, assets.script]);
  const redirectErrors = errorRedirect(http);
  for (const routes of flows)
    router.get(`${PAGES}/${routes.kind}`, redirectErrors, (ctx) => flowPage(http, ctx, parts, routes));
  router.get('/', redirectErrors, (ctx) => welcomePage(http, ctx, parts));
  router.get(`${PAGES}/error`, (ctx) => errorPage(http, ctx, parts));
  sessionsPageRoutes(router, http, parts);
}

/** The page of a flow; a browser with a flow that cannot be shown opens a new one. */
async function flowPage(http: HttpContext, ctx: Context, parts: PagesParts, routes: FlowRoutes): Promise<void> {
  const json = await readFlow(http, ctx, routes, 'flow').catch((error: unknown) => {
    if (error instanceof SallyportError && error.status < 500 && error.code !== 'session_conflict') return error;
    throw error;
  });
  if (json === 'answered') return;
  if (json instanceof SallyportError) return openAnother(http, ctx, parts, routes, json);
  const providers = (await http.providers?.origins()) ?? [];
  const presented = await http.presented(ctx);
  const ofSession = routes.kind === 'settings' || json['refresh'] === true || json['requested_aal'] === 'aal2';
  const username = ofSession ? presented?.session && usernameOf(http, presented.session.identity) : undefined;
  const html = renderFlowPage(routes.kind, json, pageContextOf(http, presented, parts), username);
  showPage(ctx, html, [...parts.formOrigins, ...providers]);
}

/** What the person signs in by, as a password manager keeps it. */
function usernameOf({ schemas }: HttpContext, { schemaId, traits }: Identity): string | undefined {
  const { identifiers, verifiable } = schemas.get(schemaId)?.deriveStored(traits) ?? {};
  return identifiers?.password?.[0] ?? identifiers?.code?.[0] ?? verifiable?.[0]?.value;
}

/** Opens a flow in place of one that cannot be shown; where that has failed a moment ago, a page says why. */
function openAnother(
  http: HttpContext,
  ctx: Context,
  parts: PagesParts,
  { kind }: FlowRoutes,
  cause: SallyportError,
): void {
  const { config, clock } = http;
  const to = new URL(beginningOf(config, kind, markedFlow(ctx)));
  if (isRetry(ctx, clock.now())) {
    const { cookies, other } = parts.texts.error.loop;
    const reason = cause.code === 'security_csrf_violation' ? cookies : `${other} ${cause.reason}`;
    return createErrorPages(http, parts).show(ctx, { status: cause.status, reason, again: to.href });
  }
  markRetry(to, clock.now());
  leave(ctx, 303, to.href);
}

async function welcomePage(http: HttpContext, ctx: Context, parts: PagesParts): Promise<void> {
  const requester = await http.requester(ctx);
  if (requester.session) demandFactors(http, requester.session, http.config.session.requiredAal);
  const html = renderWelcomePage(shownSession(http, requester), pageContextOf(http, await http.presented(ctx), parts));
  showPage(ctx, html, parts.formOrigins);
}

async function errorPage(http: HttpContext, ctx: Context, parts: PagesParts): Promise<void> {
  const id = String(ctx.query['id'] ?? ctx.query['error'] ?? '');
  const found = await http.errors.find(id);
  const { id: kind, code, reason, request } = found?.error ?? {};
  const flow = found && http.errors.flowOf(found.id);
  const why = flow && (await parts.why(flow));
  const view = {
    status: Number(code ?? 404),
    // The words of the page say what to do about it; the reason is for whoever wrote the form.
    ...(typeof reason === 'string' && kind !== 'security_csrf_violation' && { message: reason }),
    ...(typeof request === 'string' && { requestId: request }),
    ...(why !== undefined && { why }),
    ...(found?.again !== undefined && { again: found.again }),
  };
  const html = renderErrorPage(view, pageContextOf(http, undefined, parts));
  showPage(ctx, html, parts.formOrigins, found === undefined ? 404 : 200);
}
