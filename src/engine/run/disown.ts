import type { FlowRow } from '../../flow/flow.ts';
import { isUnproved } from '../../identity/proved.ts';
import { pressed } from '../../kernel/body.ts';
import { must } from '../../kernel/error.ts';
import { say } from '../../kernel/messages.ts';
import type { IdentityId } from '../../kernel/id.ts';
import type { PreparedWrites } from '../../strategy/strategy.ts';
import type { Outcome } from '../contract.ts';
import { recordRefusal, unlessMoved } from '../journal/journal.ts';
import type { Position } from '../machine/compiled-flow.ts';
import type { Runner } from '../parts.ts';
import type { FlowRequest } from '../values.ts';
import { attemptContext } from './attempt-context.ts';
import { unmoved } from './outcome.ts';
import { changerOf, tellDisowned } from './tell-events.ts';

/**
 * Whoever got a message did not ask for it: with its code or link they end the flow, and delete an account that nobody has
 * proved (docs/decisions/0042). Undefined: nobody says so, or the code is not right, which is told as ever.
 */
export async function disown(runner: Runner, request: FlowRequest, found: Position): Promise<Outcome | undefined> {
  const { row, strategy, body } = request;
  const mailed = row.kind === 'verification' || row.kind === 'recovery';
  if (!mailed || strategy === undefined || !pressed(body, 'not_me')) return undefined;
  const attempt = await strategy.attempt(body, await attemptContext(runner, request, found));
  if (attempt.kind !== 'accept') return undefined;
  const identity = must(attempt.identity, 'The account of the message');
  const { id } = identity;
  const over = await end(runner, request, id, must(attempt.writes?.uses, 'The secret of the message'));
  if (over === undefined) return undefined;
  tellDisowned(runner, request, found, id);
  await recordRefusal(runner, over, { code: 'flow_expired', reason: 'Whoever got the message had not asked for it.' });
  return { ...unmoved('ran', over, found), identity, messages: [say(1900010)], disowned: true };
}

/** In one transaction; undefined where another request has used the code, or has moved the flow. */
function end(
  runner: Runner,
  request: FlowRequest,
  account: IdentityId,
  { purpose, digests }: NonNullable<PreparedWrites['uses']>,
): Promise<FlowRow | undefined> {
  const { row } = request;
  const now = runner.clock.now();
  return runner.store
    .transaction(async (bare) => {
      const { unit } = runner.notices.watching(bare, changerOf(runner, request));
      if ((await unit.secrets.use(row.id, purpose, digests, now)) === undefined) return undefined;
      const over = { ...row, revision: row.revision + 1, busyUntil: undefined, expiresAt: now, updatedAt: now };
      await unit.flows.save(over);
      await unit.secrets.dropOf(row.id, purpose);
      const identity = await unit.identities.find(account);
      if (identity !== undefined && isUnproved(identity)) {
        await unit.sessions.deleteOf(account);
        await unit.identities.delete(account);
      } else await unit.identities.endDevices(account, now);
      return over;
    })
    .catch(unlessMoved);
}
