import type Router from '@koa/router';
import type { Context } from 'koa';
import { bodyField } from '../../../kernel/body.ts';
import { parseSessionId } from '../../../kernel/id.ts';
import type { SessionJson } from '../../../pages/session-json.ts';
import { renderSessionsPage } from '../../../pages/sessions-page.ts';
import { sessionJson } from '../../../session/json.ts';
import { lastUse } from '../../../session/lifetime.ts';
import { leave } from '../../redirect.ts';
import type { HttpContext } from '../context.ts';
import { errorRedirect } from '../error-redirect.ts';
import { PAGES } from '../pages-path.ts';
import { demandFactors } from '../require-aal.ts';
import { pageContextOf, shownSession, showPage, type PagesParts } from '../show-page.ts';

/** The page where a person sees and ends their sessions. */
export function sessionsPageRoutes(router: Router, http: HttpContext, parts: PagesParts): void {
  const redirectErrors = errorRedirect(http);
  router.get(`${PAGES}/sessions`, redirectErrors, (ctx) => sessionsPage(http, ctx, parts));
  router.post(`${PAGES}/sessions`, redirectErrors, (ctx) => endSessions(http, ctx));
}

const MOST_SHOWN = 100;

async function sessionsPage(http: HttpContext, ctx: Context, parts: PagesParts): Promise<void> {
  const { config, clock, csrf, engine } = http;
  const base = config.serve.public.baseUrl;
  const requester = await http.requester(ctx);
  const current = shownSession(http, requester);
  const { session } = requester;
  if (current === undefined || session === undefined) {
    const back = encodeURIComponent(`${base}${PAGES}/sessions`);
    return leave(ctx, 303, `${base}/self-service/login/browser?return_to=${back}`);
  }
  demandFactors(http, session, config.session.requiredAal);
  const now = clock.now();
  const { items } = await engine.sessions.others(session.session, { page: 0, size: MOST_SHOWN });
  const half = csrf.ensure(ctx, session.session.id);
  const others = items.map((each) => ({
    ...(sessionJson(each, null, now) as unknown as SessionJson), // as in `shownSession`
    ...(lastUse(each) > each.authenticatedAt && { last_used_at: new Date(lastUse(each)).toISOString() }),
  }));
  const view = { current, others, action: `${base}${PAGES}/sessions`, csrfToken: csrf.token(half, session.session.id) };
  showPage(ctx, renderSessionsPage(view, pageContextOf(http, await http.presented(ctx), parts)), parts.formOrigins);
}

async function endSessions(http: HttpContext, ctx: Context): Promise<void> {
  const { config, csrf, engine, sites } = http;
  const { session } = await http.requester(ctx);
  const body = await http.body(ctx);
  if (session === undefined) return leave(ctx, 303, `${config.serve.public.baseUrl}/self-service/login/browser`);
  const { session: current, identity } = session;
  demandFactors(http, session, config.session.requiredAal);
  sites.checkForm(ctx);
  csrf.check(ctx, csrf.ensure(ctx, current.id), current.id, { token: bodyField(body, 'csrf_token') });
  const id = parseSessionId(bodyField(body, 'session'));
  if (bodyField(body, 'all') === 'true') await engine.sessions.revokeOthers(current);
  else if (id !== undefined && id !== current.id) await engine.sessions.revoke(identity.id, id);
  leave(ctx, 303, `${config.serve.public.baseUrl}${PAGES}/sessions`);
}
