import type { Context } from 'koa';
import type { Requester } from '../../engine/contract.ts';
import type { FlowRow } from '../../flow/flow.ts';
import { markFlow } from './beginning.ts';
import type { HttpContext } from './context.ts';

/**
 * The flow as this browser sees it. One that has opened the link beside a mailed code is bound to the flow beside the browser
 * that began it, by the sealed cookie that it got: the row stays as it is, and nobody's open form dies (docs/decisions/0043).
 */
export function boundFlow(
  http: Pick<HttpContext, 'csrf' | 'mailedCode'>,
  ctx: Context,
  row: FlowRow,
  { bindings, session }: Pick<Requester, 'bindings' | 'session'>,
): FlowRow {
  if (row.kind !== 'verification' || http.csrf.owns(ctx, row.csrf, session?.session.id)) return row;
  const half = bindings.at(-1);
  if (half === undefined || http.mailedCode.read(ctx)?.flow !== row.id) return row;
  markFlow(ctx, 'browser', row);
  return { ...row, type: 'browser', csrf: half };
}
