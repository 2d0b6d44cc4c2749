import type { Context } from 'koa';
import { flowUrl } from '../../engine/view/return-to.ts';
import { parseFlowId } from '../../kernel/id.ts';
import { leave } from '../redirect.ts';
import type { HttpContext } from './context.ts';
import type { FlowRoutes } from './flow-routes.ts';

/**
 * Answers a GET on the address that a form is sent to, from a bookmark or a page that was loaded again: leads to the page
 * of the flow, or to a new one where the address names none.
 */
export function leadToPage({ config }: HttpContext, ctx: Context, kind: FlowRoutes['kind']): void {
  const id = parseFlowId(ctx.query['flow']);
  if (id === undefined) return leave(ctx, 303, `${config.serve.public.baseUrl}/self-service/${kind}/browser`);
  // The reference answers for a registration with 302, for every other form with 303.
  leave(ctx, kind === 'registration' ? 302 : 303, flowUrl(config.flows[kind].uiUrl, id));
}
