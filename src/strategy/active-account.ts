import type { Identity } from '../identity/identity.ts';
import { SallyportError } from '../kernel/error.ts';

/** Throws `unauthorized` for an account that an administrator has deactivated: its proof was right, and signs nobody in. */
export function requireActive({ id, state }: Identity): void {
  if (state === 'active') return;
  throw new SallyportError('unauthorized', 'The account is deactivated.', { details: { identity_id: id } });
}
