import type { Context } from 'koa';
import { SallyportError } from '../../kernel/error.ts';
import { cookieNames } from '../cookies.ts';
import { isJsonRequest } from '../negotiate.ts';

/** Which piece is missing or wrong. */
export interface Violation {
  readonly why: 'no_cookie' | 'other_cookie' | 'no_token' | 'wrong_token';
  readonly text: string;
}

/** Which cookie is missing or wrong. */
export function cookieReason(ctx: Context, name: string): Violation {
  const names = cookieNames(ctx.get('Cookie'));
  if (names.length === 0) return { why: 'no_cookie', text: 'The request carries no cookies at all.' };
  if (!names.includes(name)) return { why: 'no_cookie', text: 'The request carries cookies, but not the CSRF cookie.' };
  return { why: 'other_cookie', text: 'The CSRF cookie is not the one this flow was started with.' };
}

/** Says which piece was missing; never the expected or the received value (security LG-1). */
export function violation(ctx: Context, { text: reject }: Violation): SallyportError {
  const script = ['cors', 'same-origin'].includes(ctx.get('Sec-Fetch-Mode'));
  // As in the reference, an error that is stored for the error page has no `reject_reason`.
  const told = ctx.method === 'GET' || isJsonRequest(ctx) ? { reject_reason: reject } : {};
  return new SallyportError('security_csrf_violation', 'The request failed the CSRF check.', {
    cause: new Error(reject), // for the journal: which piece was missing
    details: {
      docs: 'A browser flow is fetched and submitted with the cookies it was started with.',
      hint: script
        ? 'Send the request with its credentials, from an origin that is allowed, and with the csrf_token of the flow.'
        : 'Forward the Cookie header of the browser, and post the hidden csrf_token field of the form.',
      ...told,
    },
  });
}
