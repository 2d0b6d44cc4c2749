import type { Context } from 'koa';
import type { Viewer } from '../../engine/contract.ts';
import { belongsToSession, type FlowRow } from '../../flow/flow.ts';
import type { FlowJson } from '../../flow/json.ts';
import { SallyportError } from '../../kernel/error.ts';
import { isJsonRequest } from '../negotiate.ts';
import type { HttpContext } from './context.ts';

/** A flow of an app; its answers are JSON, and set no cookie. */
export const isNative = ({ type }: Pick<FlowRow, 'type'>): boolean => type === 'api';

/** The answer to a submit is a redirect: the flow is a browser's, and the client does not speak JSON. */
export const answersByRedirect = (ctx: Context, row: Pick<FlowRow, 'type'>): boolean =>
  !isNative(row) && !isJsonRequest(ctx);

/** The configured page of a flow. */
export const pageUrlOf = ({ config }: HttpContext, { kind }: Pick<FlowRow, 'kind'>): string =>
  kind === 'logout' ? config.defaultReturnUrl : config.flows[kind].uiUrl;

/** The flow's JSON with the CSRF token and the account of this request. */
export async function flowJson(
  http: HttpContext,
  ctx: Context,
  row: FlowRow,
  { identity, messages }: Partial<Pick<Viewer, 'identity' | 'messages'>> = {},
): Promise<FlowJson> {
  const { session } = await http.requester(ctx);
  const mailed = row.kind === 'verification' && !isNative(row) ? http.mailedCode.read(ctx) : undefined;
  return http.engine.view(row, {
    ...(mailed?.flow === row.id && mailed.code !== '' && { prefilled: mailed.code }),
    csrfToken: isNative(row) ? '' : http.csrf.token(row.csrf, session?.session.id),
    identity: identity ?? (belongsToSession(row) ? session?.identity : undefined),
    session: session?.session,
    ...(messages && { messages }),
  });
}

/** For a client that cannot follow a redirect: the address where a browser continues. */
export const continueInBrowser = (to: string): SallyportError =>
  new SallyportError('browser_location_change_required', 'Please continue in a browser at the given address.', {
    beside: { redirect_browser_to: to },
  });
