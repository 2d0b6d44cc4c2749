import type { Context } from 'koa';
import type { FlowKind } from '../../flow/flow.ts';
import { acceptedReturn } from '../accepted-return.ts';
import type { HttpContext } from './context.ts';

/**
 * The `return_to` of a request, if it has one that a list of this flow accepts. Throws 400 for that and for every other
 * parameter with an address that no list accepts (security RD-11).
 */
export function wantedReturn(
  { engine }: Pick<HttpContext, 'engine'>,
  ctx: Context,
  kind: FlowKind,
): string | undefined {
  // Where the verification leads that follows a registration.
  acceptedReturn(engine, ctx, 'after_verification_return_to', 'verification');
  return acceptedReturn(engine, ctx, 'return_to', kind);
}
