import type { Context } from 'koa';
import { thaw } from '../../../engine/machine/snapshot.ts';
import { flowUrl } from '../../../engine/view/return-to.ts';
import { submission, type Asker } from '../../../engine/run/submission.ts';
import { submit } from '../../../engine/run/submit.ts';
import type { FlowRow } from '../../../flow/flow.ts';
import { must, SallyportError } from '../../../kernel/error.ts';
import { parseFlowId } from '../../../kernel/id.ts';
import { isObject } from '../../../kernel/json.ts';
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
  const { runner } = web;
  const { kind } = door;
  const id = parseFlowId(ctx.query['flow']);
  const { token, code } = ctx.query;
  const whole = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.length <= 256;
  if (id === undefined || !(whole(token) || (whole(code) && kind === 'verification')))
    throw new SallyportError('bad_request', 'The link is incomplete. Please copy all of it.');
  about(ctx, 'browser', id);
  const asker = await web.asker(ctx);
  const found = await runner.store.flows.find(id);
  if (found?.kind !== kind) throw new SallyportError('flow_not_found', 'The link is unknown or has expired.');
  const row: FlowRow = { ...found, type: 'browser' };
  if (row.expiresAt <= runner.clock.now()) return replaceExpired(web, ctx, row, asker, door.expired);
  if (!whole(token)) return fillIn(web, ctx, door, row, asker, String(code));
  const body = { kind: 'json', value: { token } } as const;
  const bound = { ...row, csrf: web.csrf.ensure(ctx, asker.session?.session.id) };
  const outcome = await submit(runner, submission(bound, asker, body), { type: 'return', method: 'link' });
  ctx.state['nextCsrf'] = asker.nextCsrf;
  // What is answered to a flow that has passed already: the link was used.
  if (outcome.kind === 'finished') return restartFlow(web, ctx, row, asker, [usedLink(kind)]);
  await answerOrRestart(web, ctx, { door, outcome, asker, body });
}

const usedLink = (kind: MailedDoor['kind']) => say(kind === 'recovery' ? 4060004 : 4070002);

/** The link beside a code fills it in for this browser; only the form that it then sends proves anything. */
async function fillIn(
  web: Web,
  ctx: Context,
  door: MailedDoor,
  row: FlowRow,
  asker: Asker,
  code: string,
): Promise<void> {
  const { runner } = web;
  const at = thaw(must(runner.flows.get(row.kind), row.kind), row);
  if (at.page === 'passed') return replaceFinished(web, ctx, row, asker, say(4070002));
  const half = web.csrf.fresh();
  const { values } = row.context;
  const context = { ...row.context, values: { ...(isObject(values) && values), prefilled: true } };
  const bound = { ...row, csrf: half, context: context as FlowRow['context'], revision: row.revision + 1 }; // JSON by construction
  if (at.page === 'sent') {
    await runner.store.transaction(async (unit) => {
      await unit.flows.save(bound);
      const box = runner.sealing.sealVault(code, `${row.id}/prefilled`);
      await unit.vault.put({ flowId: row.id, kind: 'prefilled', box, expiresAt: row.expiresAt });
    });
    web.csrf.set(ctx, half, asker.session?.session.id);
  }
  leave(ctx, 303, flowUrl(runner.config.flows[door.kind].uiUrl, row.id));
}
