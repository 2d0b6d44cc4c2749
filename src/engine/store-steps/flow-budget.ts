import { takeNetworkBudget } from '../../limit/take-network-budget.ts';
import type { Requester } from '../contract.ts';
import type { Runner } from '../parts.ts';

/**
 * Counts a flow against the network that begins it; throws 429 above the limit. Browsers that have signed in here before have
 * as many of their own in each network: strangers beside them do not keep them from opening a form (security BF-6).
 */
export async function takeFlow({ limits }: Pick<Runner, 'limits'>, { network, devices }: Requester): Promise<void> {
  const name = devices.length > 0 ? `${network.name} devices` : network.name;
  await takeNetworkBudget(limits, { ...network, name }, 'flows');
}
