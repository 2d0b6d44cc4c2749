import { PAGE } from '../../flow/page.ts';
import { summaryOf } from '../../identity/credentials.ts';
import type { Identity } from '../../identity/identity.ts';
import { isUnproved } from '../../identity/proved.ts';
import type { Position } from '../machine/compiled-flow.ts';
import type { PrepareParts } from '../parts.ts';
import { deviceOfTry } from '../store-steps/known-device.ts';
import { addFailure, makeTry, takeTries } from '../store-steps/rate-limits.ts';
import { flowRequest, type FlowRequest, type ShownCredential } from '../values.ts';
import { attemptContext, clientOf } from './attempt-context.ts';

/**
 * The credential of the account that a body shows beside the proof of its address. It is tried and counted as a sign-in is:
 * this form tells no more about a password than that one. Undefined: none is shown, or none is asked for.
 */
export async function shownCredential(
  parts: PrepareParts,
  request: FlowRequest,
  at: Position,
  account: Identity | undefined,
): Promise<ShownCredential | undefined> {
  const { row, requester, body } = request;
  if (row.kind !== 'verification' || account === undefined || !isUnproved(account)) return undefined;
  const owned = summaryOf(await parts.store.identities.credentials(account.id));
  for (const strategy of parts.strategies.get('login') ?? []) {
    const shown = strategy.beside?.submit(body, owned);
    if (shown === undefined) continue;
    strategy.admit?.(clientOf(requester), shown);
    const asked = flowRequest({ ...row, kind: 'login' }, requester, { body: shown, strategy });
    const login = { ...asked, ...(await deviceOfTry(parts, asked)) };
    const exhausted = await takeTries(parts, login);
    const context = await attemptContext(parts, { ...login, exhausted }, at);
    const confirming = { ...context, page: PAGE.confirm };
    const attempt = await makeTry(parts, login, () => strategy.attempt(shown, confirming));
    await addFailure(parts, { ...login, exhausted }, attempt);
    if (attempt.kind === 'accept' && attempt.identity?.id === account.id) return { right: true, login };
    return { right: false, messages: attempt.kind === 'reject' ? attempt.messages : [] };
  }
  return undefined;
}
