import type { Context } from 'koa';
import type { HttpContext } from './context.ts';

/** The request's address under the configured public URL, never under the Host header. */
export const requestUrlOf = ({ config }: Pick<HttpContext, 'config'>, ctx: Context): string =>
  `${config.serve.public.baseUrl}${ctx.originalUrl}`;

/**
 * The same for others to see: of its query only the flow's id, because codes, tokens and what a provider answered are for this
 * server alone.
 */
export function shownRequestUrl({ config }: Pick<HttpContext, 'config'>, ctx: Context): string {
  const flow = new URLSearchParams(ctx.querystring).get('flow');
  const query = flow === null ? '' : `?${new URLSearchParams({ flow }).toString()}`;
  return `${config.serve.public.baseUrl}${ctx.path}${query}`;
}
