import { SallyportError } from '../kernel/error.ts';
import type { Limits, Taken } from './budgets.ts';
import type { LimitKey } from './limit.ts';
import { networkKey, type ClientNetwork } from './network.ts';

/** Counts a row that a request causes against its network; throws 429 above the limit (security BF-2). */
export async function takeNetworkBudget(
  limits: Pick<Limits, 'take'>,
  network: ClientNetwork,
  budget: LimitKey['budget'],
): Promise<void> {
  const key = networkKey(budget, network);
  if (key !== undefined) demand(await limits.take([key]));
}

/** Throws 429 where a budget of a network has nothing left. */
export function demand(answer: Taken): void {
  if (answer.ok) return;
  throw new SallyportError('too_many_requests', 'Too many requests from this network. Please wait a while.', {
    retryAfter: answer.retryAfter,
  });
}
