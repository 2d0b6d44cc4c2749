import type { Context } from 'koa';
import type { FlowRow } from '../../flow/flow.ts';
import type { FlowJson } from '../../flow/json.ts';
import { SallyportError } from '../../kernel/error.ts';
import { flowJson } from './answer-parts.ts';
import type { HttpContext } from './context.ts';
import { boundFlow } from './bound-flow.ts';
import { findFlowFor, isHandedOut, notingRefusal } from './find-flow.ts';
import type { FlowRoutes } from './flow-routes.ts';
import { replaceStopped } from './replace-flow.ts';
import { refuseSwitchedOff } from './switched-off.ts';

/** The flow for its own browser or app; `answered` when the routes of its kind have written the answer. */
export async function readFlow(
  http: HttpContext,
  ctx: Context,
  routes: FlowRoutes,
  parameter: 'id' | 'flow',
): Promise<FlowJson | 'answered'> {
  const requester = await http.requester(ctx);
  const stored = await findFlowFor(http, ctx, routes, requester, parameter);
  if (stored === 'answered') return stored;
  const row = boundFlow(http, ctx, stored, requester);
  if (row.type === 'browser' && routes.kind !== 'settings' && !isHandedOut(row))
    await notingRefusal(http, row, async () => http.csrf.check(ctx, row.csrf, requester.session?.session.id, 'fetch'));
  refuseSwitchedOff(http, row.kind);
  if (await routes.show(http, ctx, row, requester)) return 'answered';
  if (row.expiresAt <= http.clock.now()) throw expiredOnFetch(http, row, routes);
  if (!http.engine.canGoOn(row)) {
    await replaceStopped(http, ctx, row, requester);
    return 'answered';
  }
  return flowJson(http, ctx, row);
}

/** The error of an expired flow, with the address that opens a new one. */
function expiredOnFetch(
  { config, engine }: HttpContext,
  row: FlowRow,
  { kind, expiredId }: FlowRoutes,
): SallyportError {
  const returnTo = engine.shownReturnTo(row);
  const open = `${config.serve.public.baseUrl}/self-service/${kind}/${row.type}`;
  const details =
    row.type === 'api'
      ? { api: open }
      : {
          redirect_to: returnTo === undefined ? open : `${open}?return_to=${encodeURIComponent(returnTo)}`,
          return_to: returnTo ?? '',
        };
  return new SallyportError(
    expiredId || (kind === 'recovery' && row.type === 'api') ? 'self_service_flow_expired' : 'flow_expired',
    'The flow has expired. Please start a new one.',
    { details },
  );
}
