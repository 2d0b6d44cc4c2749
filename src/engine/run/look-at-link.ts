import type { Ui } from '../../flow/json.ts';
import { must, SallyportError } from '../../kernel/error.ts';
import type { Attempt } from '../../strategy/strategy.ts';
import type { LinkViewer, SubmitRequest } from '../contract.ts';
import { thaw } from '../machine/snapshot.ts';
import type { Runner } from '../parts.ts';
import { hasAccess, holdsBeginning } from '../store-steps/first-proof.ts';
import { flowRequest, type FlowRequest } from '../values.ts';
import { linkUi } from '../view/link-page.ts';
import { summaryOf } from '../../identity/credentials.ts';
import { madeMessage } from '../../identity/made-message.ts';
import { isUnproved } from '../../identity/proved.ts';
import type { Identity } from '../../identity/identity.ts';
import { attemptContext } from './attempt-context.ts';
import { responsible } from './prepare-step.ts';

/** What a mailed link would do, as a form that does it. Reads alone; undefined where the link cannot be used. */
export async function lookAtLink(
  runner: Runner,
  { row, trigger, requester, body }: SubmitRequest,
  { csrfToken, messages }: LinkViewer,
): Promise<Ui | undefined> {
  const found = thaw(runner.machineOf(row), row);
  const strategy = found.rests ? responsible(runner, row, trigger, body, found) : undefined;
  if (strategy === undefined) return undefined;
  const request = flowRequest(row, requester, { trigger, body, strategy });
  const attempt = await strategy.attempt(body, await attemptContext(runner, request, found)).catch(refusedLink);
  if (attempt?.kind !== 'accept') return undefined;
  const { purpose, digests } = must(attempt.writes?.uses, 'The secret of the link');
  const secret = await runner.store.secrets.find(row.id, purpose, digests);
  if (secret === undefined) return undefined;
  const identity = must(attempt.identity, 'The account of the link');
  const first = await isFirstElsewhere(runner, request, identity);
  const owned = first ? summaryOf(await runner.store.identities.credentials(identity.id)) : {};
  return linkUi(runner, { row, body, csrfToken, method: strategy.method, secret, identity, owned, first }, [
    ...(messages ?? (first ? [madeMessage(identity)] : [])),
  ]);
}

/** Whether the proof would be the first one of the account, by somebody who holds nothing of it. */
async function isFirstElsewhere(runner: Runner, request: FlowRequest, identity: Identity): Promise<boolean> {
  const { flows } = runner.store;
  return (
    isUnproved(identity) &&
    !(await holdsBeginning(flows, request, identity)) &&
    (await hasAccess(runner.store, runner, identity))
  );
}

/** A link that cannot be read is answered by whoever uses it. */
function refusedLink(error: unknown): Attempt | undefined {
  if (error instanceof SallyportError && error.status < 500) return undefined;
  throw error;
}
