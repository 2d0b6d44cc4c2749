import type { Context } from 'koa';
import type { FlowKind } from '../../flow/flow.ts';
import { SallyportError } from '../../kernel/error.ts';
import { queryValue } from '../query-value.ts';
import type { HttpContext } from './context.ts';

/** The `return_to` of a request, if it has one that a list of this flow accepts; refused otherwise (security RD-11). */
export function wantedReturn(http: HttpContext, ctx: Context, kind: FlowKind): string | undefined {
  const wanted = queryValue(ctx, 'return_to');
  if (wanted === undefined || wanted === '') return undefined;
  if (http.engine.acceptsReturnTo(kind, wanted)) return wanted;
  throw new SallyportError(
    'self_service_flow_return_to_forbidden',
    'The address in return_to is not on the list of allowed return URLs.',
  );
}
