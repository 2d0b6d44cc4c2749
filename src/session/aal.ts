import type { Aal } from '../identity/identity.ts';
import type { AuthenticationMethod } from './session.ts';

/**
 * A first and a second factor are aal2, and so is a provider's word where the configuration takes it for both; anything that
 * was proved at all is aal1.
 */
export function aalOf(methods: readonly AuthenticationMethod[]): Aal {
  if (methods.length === 0) return 'aal0';
  const has = (aal: Aal): boolean => methods.some((each) => each.aal === aal);
  const upstream = methods.some(({ method, aal }) => method === 'oidc' && aal === 'aal2');
  return upstream || (has('aal1') && has('aal2')) ? 'aal2' : 'aal1';
}

/** True when the session is strong enough for what the configuration asks of it. */
export function strongEnough(session: Aal, available: Aal, required: 'aal1' | 'highest_available'): boolean {
  if (session === 'aal2') return true;
  return session === 'aal1' && (required === 'aal1' || available !== 'aal2');
}
