import type { Context } from 'koa';
import type { FlowType } from '../../flow/flow.ts';
import type { Body } from '../../kernel/body.ts';
import { SallyportError } from '../../kernel/error.ts';
import type { HttpContext } from './context.ts';

/** The body of a submit; or why this type of flow does not accept the request (security CS-3, CS-4). */
export async function readSubmitBody(
  http: HttpContext,
  ctx: Context,
  type: FlowType,
): Promise<{ readonly body: Body } | { readonly refusal: string }> {
  if (type === 'api') {
    if (ctx.get('Origin') !== '')
      return { refusal: 'An API flow does not take requests with an Origin header; browsers use the browser flow.' };
    if (hasForeignCookies(ctx.get('Cookie')))
      return { refusal: 'An API flow does not take requests with cookies; browsers use the browser flow.' };
  }
  try {
    return { body: await http.body(ctx) };
  } catch (error) {
    if (error instanceof SallyportError && (error.code === 'unsupported_media_type' || error.code === 'bad_request'))
      return { refusal: error.reason };
    throw error;
  }
}

/** Cookies that a proxy in front sets on every request. */
const INFRASTRUCTURE = /^(?:__cf|_cf|cf_)/;

const hasForeignCookies = (header: string): boolean =>
  header
    .split(';')
    .map((part) => part.trim())
    .some((part) => part !== '' && !INFRASTRUCTURE.test(part));
