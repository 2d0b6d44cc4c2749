import { SallyportError } from '../kernel/error.ts';

/**
 * The session shows one factor, and the account has a second one: 403 with the address where it is given. `back`: the address
 * that the person comes back to.
 */
export function secondFactorRequired(publicUrl: string, back?: string): SallyportError {
  const to = new URL(`${publicUrl}/self-service/login/browser?aal=aal2`);
  if (back !== undefined) to.searchParams.set('return_to', back);
  return new SallyportError('session_aal2_required', 'The account asks for a second factor.', {
    details: { redirect_browser_to: to.href },
    beside: { redirect_browser_to: to.href },
  });
}
