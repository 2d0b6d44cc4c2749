import type { MethodName } from '../../config/config.ts';
import type { IdentityReads } from '../../identity/identity.ts';
import { isUnproved } from '../../identity/proved.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { FlowId, IdentityId } from '../../kernel/id.ts';
import type { Json } from '../../kernel/json.ts';
import { say } from '../../kernel/messages.ts';
import type { Ids } from '../../kernel/random.ts';
import { DEACTIVATED, isDeactivated } from '../active-account.ts';
import { loginDraft } from '../draft.ts';
import type { Attempt, AttemptContext } from '../strategy.ts';
import { parseWaiting } from './link-account.ts';

export interface TakeOverParts {
  /** What the registry calls the method. */
  readonly name: MethodName;
  readonly identities: Pick<IdentityReads, 'find'>;
  readonly random: Ids;
  readonly clock: Clock;
  openVault(flow: FlowId, kind: string): Promise<Json | undefined>;
}

/**
 * Signs in to an account that nobody has proved, by the word of the provider whose account waits to be connected: nothing that
 * was set up before is to stay (docs/decisions/0042).
 */
export async function takeOver(parts: TakeOverParts, at: AttemptContext): Promise<Attempt> {
  const { name, identities, random, clock } = parts;
  const waiting = parseWaiting(await parts.openVault(at.flowId, 'link'));
  // An identity's id, put there by `connectOrRefuse`.
  const owner = waiting?.vouched === undefined ? undefined : await identities.find(waiting.identityId as IdentityId);
  if (waiting === undefined || owner === undefined || !isUnproved(owner))
    return { kind: 'reject', values: {}, messages: [say(4010009)] };
  if (isDeactivated(owner)) return { kind: 'reject', values: {}, messages: [DEACTIVATED], identity: owner.id };
  const provider = String(waiting.entry['provider']);
  return {
    kind: 'accept',
    identity: owner,
    draft: loginDraft(owner, at, random),
    writes: { proof: { method: name, aal: 'aal1', completedAt: clock.now(), provider } },
  };
}
