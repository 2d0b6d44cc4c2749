import { SallyportError } from '../../kernel/error.ts';

/** The answer when the database stays away: 503, try again. */
export function unavailable(cause: unknown, reason = 'The database is not available.'): SallyportError {
  if (cause instanceof SallyportError) return cause;
  return new SallyportError('unavailable', reason, { cause, retryAfter: 1 });
}
