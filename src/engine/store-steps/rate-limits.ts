import { SallyportError } from '../../kernel/error.ts';
import { isObject, type JsonObject } from '../../kernel/json.ts';
import type { LimitKey } from '../../limit/limit.ts';
import type { Unit } from '../../store/store.ts';
import type { Runner } from '../parts.ts';
import type { Submission } from '../run/submission.ts';
import type { Leg } from '../run/walk.ts';

/** Counted before anything is tried and outside every transaction, so that nothing can take a try back (security CO-3). */
export async function takeBudgets(runner: Runner, request: Submission): Promise<void> {
  const keys = guardsOf(request);
  const own = keys.filter(({ budget }) => budget === 'codeSubmissions');
  // A flow whose own tries are used up says so itself; what it tries any more counts against nobody.
  if (!(await runner.limits.take(own)).ok) {
    request.exhausted = true;
    return;
  }
  const answer = await runner.limits.take(keys.filter((key) => !own.includes(key)));
  if (!answer.ok) {
    throw new SallyportError('too_many_requests', 'Too many tries. Please wait before the next one.', {
      retryAfter: answer.retryAfter,
    });
  }
}

/** Who got through has nothing to make up for; stored with what they got through. */
export async function forgiveBudgets(runner: Runner, request: Submission, { at, by }: Leg, unit: Unit): Promise<void> {
  const accepted = by !== 'store.stale' && (at.finished || at.phase === 'follow' || at.page === 'success');
  if (accepted) await runner.limits.forgive(guardsOf(request), unit.limits);
}

function guardsOf({ strategy, body, row }: Submission): readonly LimitKey[] {
  const { values } = row.context;
  const typed = isObject(values) ? (values as JsonObject) : {}; // JSON by construction
  return strategy?.guards(body, { flowId: row.id, identityId: row.identityId, values: typed }) ?? [];
}
