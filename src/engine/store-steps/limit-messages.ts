import type { Mail } from '../../courier/message.ts';
import type { LimitKey } from '../../limit/limit.ts';
import { networkKey } from '../../limit/network.ts';
import { standIn } from '../../strategy/mailing.ts';
import type { PreparedWrites } from '../../strategy/strategy.ts';
import type { PrepareParts } from '../parts.ts';
import type { FlowRequest } from '../values.ts';

/**
 * Nobody is flooded with messages: a recipient over its rate limit gets none, the answer stays the same, and what was sent
 * before stays good (security BF-2, BF-8). Unknown addresses are counted like known ones.
 */
export async function limitMessages(
  parts: PrepareParts,
  { requester, row }: FlowRequest,
  writes: PreparedWrites | undefined,
): Promise<PreparedWrites | undefined> {
  const { mails = [], secrets = [] } = writes ?? {};
  if (mails.length === 0) return writes;
  const network = networkKey('networkSends', requester.ip, parts.config.serve.public.trustedProxies.count);
  const sent: boolean[] = [];
  for (const mail of mails) {
    const allowed = await parts.limits.take([...keysOf(mail), ...(network === undefined ? [] : [network])]);
    sent.push(allowed.ok);
    if (!allowed.ok) await warnOnce(parts, mail, row.id);
  }
  return {
    ...writes,
    mails: mails.map((mail, i) => (sent[i] === true ? mail : standIn(mail))),
    secrets: secrets.filter((_, i) => sent[i] === true),
  };
}

/** One kind of message at a time, and a number of messages of all kinds in an hour and in a day. */
const keysOf = ({ recipient, template }: Mail): readonly LimitKey[] => [
  { budget: 'sendsAtOnce', subject: `${template.replace(/_(?:in)?valid$/, '')} ${recipient}` },
  { budget: 'sends', subject: recipient },
  { budget: 'sendsADay', subject: recipient },
];

/** The operator is told once an hour, without the address. */
async function warnOnce({ limits, outside }: PrepareParts, { recipient, template }: Mail, flow: string): Promise<void> {
  const first = await limits.take([{ budget: 'sendWarnings', subject: recipient }]);
  if (first.ok) outside.log.warn('a recipient is over the budget of messages and gets none', { template, flow });
}
