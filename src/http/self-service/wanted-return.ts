import type { Context } from 'koa';
import type { FlowKind } from '../../flow/flow.ts';
import { SallyportError } from '../../kernel/error.ts';
import { queryValue } from '../query-value.ts';
import type { HttpContext } from './context.ts';

/**
 * The `return_to` of a request, if it has one that a list of this flow accepts. Throws 400 for that and for every other
 * parameter with an address that no list accepts (security RD-11).
 */
export function wantedReturn(http: HttpContext, ctx: Context, kind: FlowKind): string | undefined {
  // Where the verification leads that follows a registration.
  acceptedReturn(http, ctx, 'after_verification_return_to', 'verification');
  return acceptedReturn(http, ctx, 'return_to', kind);
}

function acceptedReturn(http: HttpContext, ctx: Context, parameter: string, kind: FlowKind): string | undefined {
  const wanted = queryValue(ctx, parameter);
  if (wanted === undefined || wanted === '') return undefined;
  if (http.engine.acceptsReturnTo(kind, wanted)) return wanted;
  throw new SallyportError(
    'self_service_flow_return_to_forbidden',
    `The address in ${parameter} is not on the list of allowed return URLs.`,
  );
}
