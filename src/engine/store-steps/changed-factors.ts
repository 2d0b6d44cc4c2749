import { strongEnough } from '../../session/aal.ts';
import { secondFactorRequired } from '../../session/second-factor-required.ts';
import type { Runner } from '../parts.ts';
import type { FlowRequest } from '../values.ts';

/**
 * Refuses a change of a factor by a session that has not shown a second one, where the account has one, whatever level the
 * settings ask for (security TO-4): else a stolen password would be enough to replace it. The first factor of an
 * account is set up without.
 */
export function demandSecondFactor(
  { config }: Pick<Runner, 'config'>,
  { row, strategy, requester: { session } }: FlowRequest,
): void {
  if (strategy?.changesFactors !== true || session === undefined) return;
  if (strongEnough(session.session.aal, session.identity.availableAal, 'highest_available')) return;
  const base = config.serve.public.baseUrl;
  throw secondFactorRequired(base, `${base}/self-service/settings?flow=${row.id}`);
}
