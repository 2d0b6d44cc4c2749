import { PAGE } from '../../flow/page.ts';
import { SallyportError } from '../../kernel/error.ts';
import { isObject, type JsonObject } from '../../kernel/json.ts';
import type { LimitKey } from '../../limit/limit.ts';
import type { LimitWrites } from '../../limit/limit.ts';
import type { Runner } from '../parts.ts';
import type { FlowRequest, Written } from '../values.ts';

/**
 * Counts the tries of a submit, before anything is tried and outside every transaction, so that nothing can take a try
 * back (security CO-3). `exhausted`: the flow's own tries at a code are used up; the flow says so itself, and what is
 * tried any more counts against no account.
 */
export async function takeTries(
  { limits }: Pick<Runner, 'limits'>,
  request: FlowRequest,
): Promise<'taken' | 'exhausted'> {
  const keys = guardsOf(request);
  const own = keys.filter(({ budget }) => budget === 'codeSubmissions');
  if (!(await limits.take(own)).ok) return 'exhausted';
  const answer = await limits.take(keys.filter((key) => !own.includes(key)));
  if (answer.ok) return 'taken';
  throw new SallyportError('too_many_requests', 'Too many tries. Please wait before the next one.', {
    retryAfter: answer.retryAfter,
  });
}

/** A submit that was accepted gives back the failed tries before it, in the transaction that stores what it came to. */
export async function forgiveTries(
  { limits }: { readonly limits: Pick<Runner['limits'], 'forgive'> },
  request: FlowRequest,
  written: Written,
  writes: LimitWrites,
): Promise<void> {
  if (isAccepted(written)) await limits.forgive(guardsOf(request), writes);
}

/** A write phase after which the flow has reached its end, or its page of success. */
export const isAccepted = ({ at, by }: Written): boolean =>
  by !== 'store.stale' && (at.finished || at.phase === 'follow' || at.page === PAGE.success);

function guardsOf({ strategy, body, row }: FlowRequest): readonly LimitKey[] {
  const { values } = row.context;
  const typed = isObject(values) ? (values as JsonObject) : {}; // JSON by construction
  return strategy?.guards(body, { flowId: row.id, identityId: row.identityId, values: typed }) ?? [];
}
