import type { Context } from 'koa';
import { flowUrl } from '../../../engine/view/return-to.ts';
import type { Requester } from '../../../engine/contract.ts';
import type { FlowRow } from '../../../flow/flow.ts';
import { SallyportError } from '../../../kernel/error.ts';
import { parseFlowId } from '../../../kernel/id.ts';
import { say } from '../../../kernel/messages.ts';
import { leave } from '../answer.ts';
import { replaceExpired, replaceFinished, restartFlow } from '../answer-opened.ts';
import { about } from '../error-redirect.ts';
import type { Web } from '../context.ts';
import { answerOrRestart, type Door } from './self-service.ts';

/** Kinds of flow that mail links. */
export type MailedDoor = Door & { readonly kind: 'verification' | 'recovery' };

/** A mailed link, opened in any browser: from here on the flow belongs to the one that opened it. */
export async function followLink(web: Web, ctx: Context, door: MailedDoor): Promise<void> {
  const { runner, engine } = web;
  const { kind } = door;
  const id = parseFlowId(ctx.query['flow']);
  const { token, code } = ctx.query;
  const whole = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.length <= 256;
  if (id === undefined || !(whole(token) || (whole(code) && kind === 'verification')))
    throw new SallyportError('bad_request', 'The link is incomplete. Please copy all of it.');
  about(ctx, 'browser', id);
  const requester = await web.requester(ctx);
  const found = await engine.find(id);
  if (found?.kind !== kind) throw new SallyportError('flow_not_found', 'The link is unknown or has expired.');
  const row: FlowRow = { ...found, type: 'browser' };
  if (row.expiresAt <= runner.clock.now()) return replaceExpired(web, ctx, row, requester, door.expired);
  if (!whole(token)) return fillIn(web, ctx, door, row, requester, String(code));
  const body = { kind: 'json', value: { token } } as const;
  const bound = { ...row, csrf: web.csrf.ensure(ctx, requester.session?.session.id) };
  const trigger = { type: 'return', method: 'link' } as const;
  const outcome = await engine.submit({ row: bound, trigger, requester, body });
  // What is answered to a flow that has passed already: the link was used.
  if (outcome.kind === 'finished') return restartFlow(web, ctx, row, requester, [usedLink(kind)]);
  await answerOrRestart(web, ctx, { door, outcome, requester, body });
}

const usedLink = (kind: MailedDoor['kind']) => say(kind === 'recovery' ? 4060004 : 4070002);

/** The link beside a code fills it in for this browser; only the form that it then sends proves anything. */
async function fillIn(
  web: Web,
  ctx: Context,
  door: MailedDoor,
  row: FlowRow,
  requester: Requester,
  code: string,
): Promise<void> {
  const csrf = web.csrf.fresh();
  const page = await web.engine.prefillCode(row, { code, csrf, requester });
  if (page === 'passed') return replaceFinished(web, ctx, row, requester, say(4070002));
  if (page === 'sent') web.csrf.set(ctx, csrf, requester.session?.session.id);
  leave(ctx, 303, flowUrl(web.runner.config.flows[door.kind].uiUrl, row.id));
}
