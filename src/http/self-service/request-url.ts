import type { Context } from 'koa';
import type { HttpContext } from './context.ts';

/** The request's address under the configured public URL, never under the Host header. */
export const requestUrlOf = ({ config }: Pick<HttpContext, 'config'>, ctx: Context): string =>
  `${config.serve.public.baseUrl}${ctx.originalUrl}`;
