import type { Mail } from '../../courier/message.ts';
import type { Identity, Taken } from '../../identity/identity.ts';
import type { Identifier } from '../../kernel/id.ts';
import { takesMail } from '../../kernel/mail-address.ts';
import { standIn } from '../../strategy/mailing.ts';
import type { Runner } from '../parts.ts';
import type { FlowRequest } from '../values.ts';
import type { WriteContext } from './write-context.ts';

/**
 * Whether a taken identifier is answered like success: only where enumeration protection is on and no session would tell
 * the two apart (security EN-2).
 */
export function hidesTaken(
  { config, bound }: Pick<Runner, 'config' | 'bound'>,
  { row, strategy }: FlowRequest,
): boolean {
  if (!config.enumerationMitigation || row.kind !== 'registration') return false;
  const lane = bound.for('registration', 'after', strategy?.method); // registers: it has a lane
  return !lane.write.some(({ meta }) => meta.issuesSession === true);
}

/** Whether the owner may be sent a message: asked before anything is stored, of a new address as of a taken one. */
export async function mayNotifyOwner(
  parts: Pick<Runner, 'config' | 'bound' | 'limits'>,
  request: FlowRequest,
  addresses: () => readonly string[],
): Promise<boolean> {
  if (!hidesTaken(parts, request)) return false;
  for (const subject of new Set(addresses())) {
    const keys = [
      { budget: 'sendsAtOnce', subject: `account_exists ${subject}` } as const,
      { budget: 'sends', subject } as const,
    ];
    if (!(await parts.limits.take(keys)).ok) return false;
  }
  return true;
}

/**
 * Puts one row into the outbox either way: a message to the owner, or what stands in for it. True when a message is to be
 * sent.
 */
export async function notifyOwner(
  { parts, prepared, request, unit }: WriteContext,
  drafted: Identity,
  taken: Taken | undefined,
): Promise<boolean> {
  const owner = taken && (await unit.identities.whoHas([taken.value as Identifier])); // as it stands in the index
  const identity = owner && (await unit.identities.find(owner.id));
  const mails = [...(identity?.verifiableAddresses ?? []), ...(identity?.recoveryAddresses ?? [])].filter(takesMail);
  const to = (mails.find(({ value }) => value === taken?.value) ?? mails[0])?.value;
  const typed = drafted.verifiableAddresses.find(takesMail)?.value;
  const mail: Mail = {
    type: 'email',
    channel: 'email',
    recipient: to ?? typed ?? 'nobody@localhost',
    template: 'account_exists',
    data: { to: to ?? '' },
    usefulUntil: undefined,
    identityId: identity?.id,
    flowId: request.row.id,
  };
  const sends = to !== undefined && prepared.mayNotifyOwner;
  await unit.outbox.put(parts.render(sends ? mail : standIn(mail)));
  return sends;
}
