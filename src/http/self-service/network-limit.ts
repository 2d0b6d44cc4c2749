import type { Requester } from '../../engine/contract.ts';
import { SallyportError } from '../../kernel/error.ts';
import type { LimitKey } from '../../limit/limit.ts';
import { networkKey } from '../../limit/network.ts';
import type { HttpContext } from './context.ts';

/** Counts an opened flow or a registration against the client's network; 429 above the limit (security BF-2). */
export async function takeNetworkBudget(
  { limits, config }: HttpContext,
  { ip }: Requester,
  budget: LimitKey['budget'],
): Promise<void> {
  const key = networkKey(budget, ip, config.serve.public.trustedProxies.count);
  const answer = key === undefined ? { ok: true as const } : await limits.take([key]);
  if (answer.ok) return;
  throw new SallyportError('too_many_requests', 'Too many requests from this network. Please wait a while.', {
    retryAfter: answer.retryAfter,
  });
}
