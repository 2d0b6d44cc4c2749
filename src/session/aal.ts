import type { Aal } from '../identity/identity.ts';
import type { AuthenticationMethod } from './session.ts';

/**
 * The assurance level of a session: aal2 for a first and a second factor, and for a provider whose sign-in the
 * configuration counts as both; aal1 for any other method; aal0 for none.
 */
export function aalOf(methods: readonly AuthenticationMethod[]): Aal {
  if (methods.length === 0) return 'aal0';
  const has = (aal: Aal): boolean => methods.some((each) => each.aal === aal);
  const upstream = methods.some(({ method, aal }) => method === 'oidc' && aal === 'aal2');
  return upstream || (has('aal1') && has('aal2')) ? 'aal2' : 'aal1';
}

/** True when a session has the level that the configuration requires. `available` is what the identity could reach. */
export function strongEnough(session: Aal, available: Aal, required: 'aal1' | 'highest_available'): boolean {
  if (session === 'aal2') return true;
  return session === 'aal1' && (required === 'aal1' || available !== 'aal2');
}

/**
 * True for a session whose only first factor was a code or link of a recovery: another message to the same mailbox adds
 * nothing to it (security SE-10). What an administrator handed over counts as mailed, for the session does not tell.
 */
export const begunByMessage = (methods: readonly AuthenticationMethod[]): boolean =>
  methods.every(({ aal, method }) => aal !== 'aal1' || method.endsWith('_recovery'));
