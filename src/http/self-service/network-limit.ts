import type { Requester } from '../../engine/contract.ts';
import { SallyportError } from '../../kernel/error.ts';
import type { LimitKey } from '../../limit/limit.ts';
import { networkKey } from '../../limit/network.ts';
import type { Web } from './context.ts';

/** Counts a beginning or a registration against the network it comes from; 429 when that has used its budget up (security BF-2). */
export async function takeNetworkBudget({ runner }: Web, { ip }: Requester, budget: LimitKey['budget']): Promise<void> {
  const key = networkKey(budget, ip, runner.config.serve.public.trustedProxies.count);
  const answer = key === undefined ? { ok: true as const } : await runner.limits.take([key]);
  if (answer.ok) return;
  throw new SallyportError('too_many_requests', 'Too many requests from this network. Please wait a while.', {
    retryAfter: answer.retryAfter,
  });
}
