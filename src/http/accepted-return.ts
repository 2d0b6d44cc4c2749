import type { Context } from 'koa';
import type { Engine } from '../engine/engine.ts';
import type { FlowKind } from '../flow/flow.ts';
import { SallyportError } from '../kernel/error.ts';
import { queryValue } from './query-value.ts';

/** An address that a request carries in this parameter. Throws 400 for one that no list of the flow accepts (security RD-11). */
export function acceptedReturn(
  engine: Pick<Engine, 'acceptsReturnTo'>,
  ctx: Context,
  parameter: 'return_to' | 'after_verification_return_to',
  kind: FlowKind,
): string | undefined {
  const wanted = queryValue(ctx, parameter);
  if (wanted === undefined || wanted === '') return undefined;
  if (engine.acceptsReturnTo(kind, wanted)) return wanted;
  throw new SallyportError(
    'self_service_flow_return_to_forbidden',
    `The address in ${parameter} is not on the list of allowed return URLs.`,
  );
}
