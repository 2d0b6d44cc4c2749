import type { Context, Middleware } from 'koa';
import { SallyportError } from '../../kernel/error.ts';
import type { FlowId } from '../../kernel/id.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { FlowType } from '../../flow/flow.ts';
import { leave } from './answer.ts';
import { isJsonRequest, wantsJson } from '../negotiate.ts';
import { writeJson } from '../middleware/json.ts';
import type { Web } from './context.ts';

/** Error containers live this long (security ER-3). */
const KEPT_FOR = 10 * 60_000;

/** Marks the flow a request is about, so that an error knows whom to answer, and which flow it belongs to. */
export function about(ctx: Context, type: FlowType, flow?: FlowId): void {
  ctx.state['flowType'] = type;
  ctx.state['flow'] = flow;
}

/** Errors of flow routes: JSON for clients that speak it, for a browser a stored error and the error page. */
export function forwarding(web: Web): Middleware {
  const { store, config, clock, random } = web.runner;
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      const native = ctx.state['flowType'] === 'api' || ctx.path.endsWith('/api');
      if (native || isJsonRequest(ctx) || (error instanceof SallyportError && error.code === 'method_not_allowed'))
        throw error;
      if (
        error instanceof SallyportError &&
        error.status >= 500 &&
        error.code !== 'hook_failed' &&
        error.code !== 'hook_timeout' &&
        error.code !== 'upstream_error'
      )
        throw error;
      if (error instanceof SallyportError && (error.status === 413 || error.status === 429)) throw error;
      if (!(error instanceof SallyportError)) throw error;
      const redirect = error.beside?.['redirect_browser_to'];
      if (typeof redirect === 'string' && LEADS_ON.has(error.code)) return leave(ctx, 303, redirect);
      const now = clock.now();
      const json = web.errorJson(error, ctx)['error'] as JsonObject; // made by us as JSON
      const id = random.uuid();
      await store.errors.put({ id, error: json, createdAt: now, expiresAt: now + KEPT_FOR });
      const flow = ctx.state['flow'] as FlowId | undefined; // set by `about` alone
      if (flow !== undefined) web.errorFlows?.remember(id, flow);
      if (wantsJson(ctx)) {
        const at = new Date(now).toISOString();
        writeJson(ctx, 200, { id, error: json, created_at: at, updated_at: at });
        return;
      }
      const page = new URL(config.flows.error.uiUrl);
      page.searchParams.set('id', id);
      leave(ctx, 303, page.href);
    }
  };
}

/** Errors that a browser is led on by instead of being shown them. */
const LEADS_ON: ReadonlySet<string> = new Set([
  'session_refresh_required',
  'session_aal2_required',
  'browser_location_change_required',
]);
