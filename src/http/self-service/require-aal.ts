import type { Context } from 'koa';
import { strongEnough } from '../../session/aal.ts';
import { secondFactorRequired } from '../../session/second-factor-required.ts';
import type { SessionWithIdentity } from '../../session/session.ts';
import { requestUrlOf } from './request-url.ts';
import type { HttpContext } from './context.ts';

/**
 * Guards everything that a person may see or change of their own account (security SE-9): throws
 * `session_aal2_required` with the address of the second factor, where the configuration requires one and the account
 * has one.
 */
export function demandFactors(
  { config }: HttpContext,
  { session, identity }: SessionWithIdentity,
  required: 'aal1' | 'highest_available',
  back?: string,
): void {
  if (strongEnough(session.aal, identity.availableAal, required)) return;
  throw secondFactorRequired(config.serve.public.baseUrl, back);
}

/** The address of this request, if the request has a `return_to`. */
export function withReturn(http: HttpContext, ctx: Context): string | undefined {
  const wanted = ctx.query['return_to'];
  return wanted === undefined || wanted === '' ? undefined : requestUrlOf(http, ctx);
}
