import type { MethodName } from '../../config/config.ts';
import type { Mail } from '../../courier/message.ts';
import type { Identity, Taken } from '../../identity/identity.ts';
import type { Identifier } from '../../kernel/id.ts';
import { takesMail } from '../../kernel/mail-address.ts';
import type { Unit } from '../../store/store.ts';
import { standIn } from '../../strategy/mailing.ts';
import type { Runner } from '../parts.ts';
import type { Submission } from '../run/submission.ts';

/**
 * Whether a taken identifier is answered like success: only where mitigation is on and no session would tell the two apart
 * (security EN-2).
 */
export function hidesTaken({ config, bound }: Runner, { row, strategy }: Submission): boolean {
  if (!config.enumerationMitigation || row.kind !== 'registration') return false;
  const lane = bound.for('registration', 'after', strategy?.method as MethodName | undefined); // registers: it has a lane
  return !lane.write.some(({ meta }) => meta.issuesSession === true);
}

/** May the owner be told? Asked before anything is stored, of a new address as of a taken one. */
export async function mayTell(
  runner: Runner,
  request: Submission,
  addresses: () => readonly string[],
): Promise<boolean> {
  if (!hidesTaken(runner, request)) return false;
  for (const subject of new Set(addresses())) {
    const keys = [
      { budget: 'sendsAtOnce', subject: `account_exists ${subject}` } as const,
      { budget: 'sends', subject } as const,
    ];
    if (!(await runner.limits.take(keys)).ok) return false;
  }
  return true;
}

/** One row in the outbox either way: a message to the owner, or what stands in for it. */
export async function tellOwner(
  runner: Runner,
  request: Submission,
  drafted: Identity,
  taken: Taken | undefined,
  unit: Unit,
): Promise<void> {
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
  const told = to !== undefined && request.tells;
  await unit.outbox.put(runner.render(told ? mail : standIn(mail)));
  request.mailed ||= told;
}
