import type { Context, Middleware } from 'koa';
import { SallyportError, type Code } from '../../kernel/error.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { takeNetworkBudget } from '../../limit/take-network-budget.ts';
import { writeJson } from '../middleware/json.ts';
import { isJsonRequest, wantsJson } from '../negotiate.ts';
import { leave } from '../redirect.ts';
import { beginningOf, markedFlow, startAgain } from './beginning.ts';
import type { HttpContext } from './context.ts';

/**
 * Answers errors of flow routes: JSON for clients that speak JSON; for a browser a redirect to the error page, which
 * reads the stored error.
 */
export function errorRedirect(http: HttpContext): Middleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      if (!(error instanceof SallyportError) || !goesToErrorPage(ctx, error)) throw error;
      const redirect = error.beside?.['redirect_browser_to'];
      if (typeof redirect === 'string' && LEADS_ON.has(error.code)) return leave(ctx, 303, redirect);
      await sendToErrorPage(http, ctx, error);
    }
  };
}

/** False for errors that the error middleware answers with JSON, or with a status that a redirect would hide. */
function goesToErrorPage(ctx: Context, { code, status }: SallyportError): boolean {
  const native = ctx.state['flowType'] === 'api' || ctx.path.endsWith('/api');
  if (native || isJsonRequest(ctx) || code === 'method_not_allowed') return false;
  if (status >= 500) return OF_HOOKS.has(code);
  return status !== 413 && status !== 429;
}

async function sendToErrorPage(http: HttpContext, ctx: Context, cause: SallyportError): Promise<void> {
  await takeNetworkBudget(http.limits, http.network(ctx), 'flows').catch((refusal: unknown) => {
    // What went wrong on our side is told as such, without a row.
    throw cause.status < 500 ? refusal : cause;
  });
  const json = http.errorJson(cause, ctx)['error'] as JsonObject; // made by us as JSON
  const again =
    cause.code === 'session_conflict' ? beginningOf(http.config, 'login', undefined) : startAgain(http.config, ctx);
  const { id, error, createdAt } = await http.errors.put(json, { flow: markedFlow(ctx)?.id, again });
  if (wantsJson(ctx)) {
    const at = new Date(createdAt).toISOString();
    return writeJson(ctx, 200, { id, error, created_at: at, updated_at: at });
  }
  const page = new URL(http.config.flows.error.uiUrl);
  page.searchParams.set('id', id);
  leave(ctx, 303, page.href);
}

/** Errors with status 500 and above that a browser is shown. */
const OF_HOOKS: ReadonlySet<Code> = new Set(['hook_failed', 'hook_timeout', 'upstream_error']);

/** Errors that name the page where the browser continues. */
const LEADS_ON: ReadonlySet<Code> = new Set([
  'session_refresh_required',
  'session_aal2_required',
  'browser_location_change_required',
]);
