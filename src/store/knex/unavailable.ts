import { SallyportError } from '../../kernel/error.ts';

/** The error for a database that stays away: the answer is 503 with `Retry-After`. */
export function unavailable(cause: unknown, reason = 'The database is not available.'): SallyportError {
  if (cause instanceof SallyportError) return cause;
  return new SallyportError('unavailable', reason, { cause, retryAfter: 1 });
}
