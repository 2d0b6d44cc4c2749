import { SallyportError } from '../../kernel/error.ts';

/**
 * Makes the error for a database that stays away, of the error of its driver: where the database was looked for, why it
 * is not there and what to do, never a password. The answer to a request is 503 with `Retry-After`.
 */
export type Unavailable = (cause: unknown) => SallyportError;

/** The same with a sentence of its own. An error that has been explained already stays as it is. */
export function unavailable(cause: unknown, reason: string): SallyportError {
  if (cause instanceof SallyportError) return cause;
  return new SallyportError('unavailable', reason, { cause, retryAfter: 1 });
}
