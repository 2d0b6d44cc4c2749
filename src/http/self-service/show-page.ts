import type { Context } from 'koa';
import type { Requester } from '../../engine/contract.ts';
import { publicIdentity } from '../../identity/json.ts';
import type { FlowId } from '../../kernel/id.ts';
import type { Asset } from '../../pages/asset.ts';
import { renderErrorPage } from '../../pages/error-page.ts';
import { baseOf, type Links, type PageContext } from '../../pages/page.ts';
import type { Texts } from '../../pages/texts.ts';
import type { SessionJson } from '../../pages/session-json.ts';
import { sessionJson } from '../../session/json.ts';
import { errorView, type ErrorPages } from '../error-pages.ts';
import { setPageHeaders } from '../middleware/headers.ts';
import type { Presented } from '../middleware/presented-session.ts';
import { startAgain } from './beginning.ts';
import type { HttpContext } from './context.ts';
import { PAGES } from './pages-path.ts';
import type { FlowRoutes } from './flow-routes.ts';

/** Everything that the built-in pages use beside the context of all routes. */
export interface PagesParts {
  /** The flows that have a page. */
  readonly flows: readonly FlowRoutes[];
  readonly assets: { readonly style: Asset; readonly script: Asset };
  readonly texts: Texts;
  /** Origins to which a page may send its form. */
  readonly formOrigins: readonly string[];
  /** Why a flow stopped, in plain text; called under `dev` alone. */
  why(flow: FlowId): Promise<string>;
  /** The inbox of a development server. */
  readonly inboxUrl: string | undefined;
}

/** What every page shows around its content: the name, the assets, the links. `presented`: who is signed in. */
export function pageContextOf(
  http: HttpContext,
  presented: Presented | undefined,
  { assets, texts, inboxUrl }: PagesParts,
): PageContext {
  const { config } = http;
  const base = config.serve.public.baseUrl;
  const open = (kind: string): string => `${base}/self-service/${kind}/browser`;
  const links: Links = {
    home: `${base}/`,
    login: open('login'),
    ...(config.flows.registration.enabled && { registration: open('registration') }),
    ...(config.flows.recovery.enabled && { recovery: open('recovery') }),
    ...(config.flows.verification.enabled && { verification: open('verification') }),
    ...(presented?.session && {
      settings: open('settings'),
      sessions: `${base}${PAGES}/sessions`,
      ...(presented.by === 'cookie' && {
        logout: `${base}/self-service/logout?token=${http.logoutToken(presented.token)}`,
      }),
    }),
    ...(inboxUrl !== undefined && { inbox: inboxUrl }),
  };
  return {
    name: 'Sallyport',
    base: baseOf(base),
    assets: { style: assets.style.path, script: assets.script.path },
    links,
    texts,
  };
}

export function showPage(ctx: Context, html: string, formOrigins: readonly string[], status = 200): void {
  ctx.status = status;
  ctx.type = 'text/html; charset=utf-8';
  setPageHeaders(ctx, { formOrigins });
  ctx.body = html;
}

/** The error page of the public listener, for what comes to no flow's page. Nobody is looked up for it. */
export const createErrorPages = (http: HttpContext, parts: PagesParts): ErrorPages => ({
  show(ctx, facts) {
    const view = errorView({ again: startAgain(http.config, ctx), ...facts });
    showPage(ctx, renderErrorPage(view, pageContextOf(http, undefined, parts)), parts.formOrigins, facts.status);
  },
});

/** The signed-in session as the pages show it. */
export function shownSession({ config, clock }: HttpContext, { session }: Requester): SessionJson | undefined {
  if (session === undefined) return undefined;
  // The session's JSON has the members that the pages show.
  return sessionJson(
    session.session,
    publicIdentity(session.identity, config.serve.public.baseUrl),
    clock.now(),
  ) as unknown as SessionJson;
}
