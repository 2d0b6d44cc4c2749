import type { Context } from 'koa';
import type { OpenedFlow } from '../../engine/contract.ts';
import { flowUrl } from '../../engine/view/return-to.ts';
import type { FlowType } from '../../flow/flow.ts';
import { SallyportError } from '../../kernel/error.ts';
import { writeJson } from '../middleware/json.ts';
import { wantsJson } from '../negotiate.ts';
import { leave } from '../redirect.ts';
import { continueInBrowser, flowJson, pageUrlOf } from './answer-parts.ts';
import type { HttpContext } from './context.ts';
import { carryRetry } from './loop-guard.ts';

/** Answers the opening of a flow: the flow's JSON for clients, a redirect to its page for browsers. */
export async function answerOpened(http: HttpContext, ctx: Context, opened: OpenedFlow, type: FlowType): Promise<void> {
  if (opened.kind !== 'flow') return answerNotOpened(ctx, opened, type);
  const { row } = opened;
  if (type !== 'api' && !wantsJson(ctx))
    return leave(ctx, 303, carryRetry(ctx, flowUrl(pageUrlOf(http, row), row.id), http.config.serve.public.baseUrl));
  const initCode = http.engine.initCodeOf(row);
  writeJson(ctx, 200, {
    ...(await flowJson(http, ctx, row)),
    ...(initCode !== undefined && { session_token_exchange_code: initCode }),
  });
}

/** Answers for a `before` hook that refused the flow or redirected the browser; no flow is stored. */
export function answerNotOpened(
  ctx: Context,
  opened: Exclude<OpenedFlow, { readonly kind: 'flow' }>,
  type: FlowType,
): void {
  if (opened.kind === 'refused') {
    const texts = opened.messages.map(({ text }) => text).join(' ');
    throw new SallyportError('bad_request', texts || 'The flow cannot be started now.');
  }
  ctx.remove('Set-Cookie');
  if (type === 'browser' && !wantsJson(ctx)) return leave(ctx, 302, opened.to);
  throw continueInBrowser(opened.to);
}
