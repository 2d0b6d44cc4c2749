import type { Context } from 'koa';
import type { FlowKind, FlowRow } from '../../flow/flow.ts';
import { causeOf } from '../../flow/journal.ts';
import { SallyportError } from '../../kernel/error.ts';
import { parseFlowId } from '../../kernel/id.ts';
import type { Requester } from '../../engine/contract.ts';
import type { HttpContext } from './context.ts';
import { markFlow } from './beginning.ts';
import type { FlowRoutes } from './flow-routes.ts';

/** The flow of this kind that the query parameter names. */
export async function findFlow(
  http: HttpContext,
  ctx: Context,
  kind: FlowKind,
  parameter: 'id' | 'flow',
): Promise<FlowRow> {
  const id = parseFlowId(ctx.query[parameter]);
  if (id === undefined && parameter === 'flow')
    throw new SallyportError('bad_request', 'The flow parameter is missing or malformed.');
  const row = id && (await http.engine.find(id));
  if (!row || row.kind !== kind) throw new SallyportError('flow_not_found', 'The flow does not exist or has expired.');
  markFlow(ctx, row.type, row);
  return row;
}

/** The flow for a requester: whoever may not know that there is none is told that instead. */
export async function findFlowFor(
  http: HttpContext,
  ctx: Context,
  { kind, absent }: Pick<FlowRoutes, 'kind' | 'absent'>,
  requester: Requester,
  parameter: 'id' | 'flow',
): Promise<FlowRow | 'answered'> {
  try {
    return await findFlow(http, ctx, kind, parameter);
  } catch (error) {
    if (absent?.(http, ctx, requester) === true) return 'answered';
    throw error;
  }
}

/** A recovery that an administrator handed out: it is bound to no browser, its code alone proves the person. */
export const isHandedOut = ({ kind, type, csrf }: FlowRow): boolean =>
  kind === 'recovery' && type === 'browser' && csrf === '';

/** Errors of a flow that was replaced; the journal has a row for the replacement. */
const REPLACED: ReadonlySet<string> = new Set(['self_service_flow_expired', 'self_service_flow_replaced']);

/** Notes errors of `work` in the flow's journal: they stop a request before it reaches the flow's machine. */
export async function notingRefusal<T>(http: HttpContext, row: FlowRow, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const replaced = error instanceof SallyportError && REPLACED.has(error.code);
    if (!replaced) await http.engine.noteRefusal(row, causeOf(error));
    throw error;
  }
}
