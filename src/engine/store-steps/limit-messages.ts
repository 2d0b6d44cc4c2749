import type { Mail } from '../../courier/message.ts';
import { moment, say } from '../../kernel/messages.ts';
import type { Message } from '../../kernel/message.ts';
import type { Taken } from '../../limit/budgets.ts';
import type { LimitKey } from '../../limit/limit.ts';
import { networkKey } from '../../limit/network.ts';
import { standIn } from '../../strategy/mailing.ts';
import type { PreparedWrites } from '../../strategy/strategy.ts';
import type { PrepareParts } from '../parts.ts';
import type { FlowRequest } from '../values.ts';
import { findKnownDevice } from './known-device.ts';

/** What may be sent, and the message that tells how long the rest is withheld. */
export interface LimitedMessages {
  readonly writes: PreparedWrites | undefined;
  readonly withheld: readonly Message[];
}

/**
 * Nobody is flooded with messages, and nobody's messages are used up by others: what a stranger asks for counts against an
 * address and their network, and only far above that against the address alone (security BF-2, BF-8). What is
 * withheld says so, for addresses nobody has as well; what was sent before stays good.
 */
export async function limitMessages(
  parts: PrepareParts,
  request: FlowRequest,
  writes: PreparedWrites | undefined,
): Promise<LimitedMessages> {
  const { mails = [], secrets = [] } = writes ?? {};
  if (mails.length === 0) return { writes, withheld: [] };
  const answers: Taken[] = [];
  for (const mail of mails) {
    const atOnce = { budget: 'sendsAtOnce', subject: `${request.row.id} ${mail.recipient}` } as const;
    answers.push(await takeMessage(parts, request, mail, [atOnce]));
  }
  return {
    writes: {
      ...writes,
      mails: mails.map((mail, i) => (answers[i]?.ok === true ? mail : standIn(mail))),
      secrets: secrets.filter((_, i) => answers[i]?.ok === true),
    },
    withheld: withheldFor(answers, parts.clock.now()),
  };
}

/**
 * Whether one more message is sent; where it is not, the operator is warned. So many for the address and the network, and for
 * the address over all strangers. A device that the account knows has messages of its own; where it may be another one in the same network, it shares with that network
 * alone. All known devices together have what all strangers have: whoever puts somebody else's address into an account of
 * their own floods nobody by signing in again and again.
 */
export async function takeMessage(
  parts: PrepareParts,
  request: FlowRequest,
  mail: Pick<Mail, 'recipient' | 'identityId' | 'template'>,
  first: readonly LimitKey[] = [],
): Promise<Taken> {
  const answer = await takeKeys(parts, request, mail, first);
  if (!answer.ok) await warnOnce(parts, mail, request.row.id);
  return answer;
}

async function takeKeys(
  parts: PrepareParts,
  request: FlowRequest,
  { recipient, identityId }: Pick<Mail, 'recipient' | 'identityId'>,
  first: readonly LimitKey[],
): Promise<Taken> {
  const { limits } = parts;
  const { row, requester } = request;
  const device = await findKnownDevice(parts, request, identityId);
  // Recovery is the way back of an owner whose other messages were used up.
  const address = row.kind === 'recovery' ? `recovery ${recipient}` : recipient;
  const pair = `${address} ${requester.network.name}`;
  const own: readonly LimitKey[] =
    device === undefined || device.shared
      ? ofNetwork(request, pair)
      : [{ budget: 'deviceSends', subject: `${address} ${device.name}` }];
  const all = device === undefined ? address : `devices ${address}`;
  const answer = await limits.take([...first, ...own]);
  if (!answer.ok) return answer;
  const free = await limits.take([{ budget: 'strangerSends', subject: all }]);
  // Above the sum of everybody each network still has one, the owner's too.
  const each =
    free.ok || device?.shared === false ? free : await limits.take([{ budget: 'strangerSendsEach', subject: pair }]);
  // Last, so that a day holds what was sent, and not what was withheld.
  return each.ok ? await limits.take([{ budget: 'strangerSendsADay', subject: all }]) : each;
}

function ofNetwork({ row, requester }: FlowRequest, pair: string): readonly LimitKey[] {
  const network = networkKey('networkSends', requester.network);
  return [
    { budget: row.kind === 'recovery' ? 'recoverySends' : 'sends', subject: pair },
    { budget: 'sendsADay', subject: pair },
    ...(network === undefined ? [] : [network]),
  ];
}

/** The longest wait of those that are withheld. */
function withheldFor(answers: readonly Taken[], now: number): readonly Message[] {
  const waits = answers.flatMap((answer) => (answer.ok ? [] : [answer.retryAfter]));
  return waits.length === 0 ? [] : [sayWithheld(Math.max(...waits), now)];
}

/** A message was withheld, and one is sent again in so many seconds. */
export const sayWithheld = (seconds: number, now: number): Message =>
  say(1900001, { retry_after: seconds, ...moment('available_at', now + seconds * 1_000) });

/** The operator is told once an hour, without the address. */
async function warnOnce(
  { limits, outside }: PrepareParts,
  { recipient, template }: Pick<Mail, 'recipient' | 'template'>,
  flow: string,
): Promise<void> {
  const first = await limits.take([{ budget: 'sendWarnings', subject: recipient }]);
  if (first.ok) outside.log.warn('a recipient is over the budget of messages and gets none', { template, flow });
}
