import type { Mail } from '../../courier/message.ts';
import type { LimitKey } from '../../limit/limit.ts';
import { networkKey } from '../../limit/network.ts';
import { standIn } from '../../strategy/mailing.ts';
import type { PreparedWrites } from '../../strategy/strategy.ts';
import type { Runner } from '../parts.ts';
import type { Submission } from '../run/submission.ts';

/**
 * Nobody is flooded with messages: whoever is over budget gets none, the answer stays the same, and what was sent before
 * stays good (security BF-2, BF-8). Who is unknown is counted like who is known.
 */
export async function withinSends(
  runner: Runner,
  { requester, row }: Submission,
  sealed: PreparedWrites | undefined,
): Promise<PreparedWrites | undefined> {
  const { mails = [], secrets = [] } = sealed ?? {};
  if (mails.length === 0) return sealed;
  const network = networkKey('networkSends', requester.ip, runner.config.serve.public.trustedProxies.count);
  const sent: boolean[] = [];
  for (const mail of mails) {
    const allowed = await runner.limits.take([...keysOf(mail), ...(network === undefined ? [] : [network])]);
    sent.push(allowed.ok);
    if (!allowed.ok) await warnOnce(runner, mail, row.id);
  }
  return {
    ...sealed,
    mails: mails.map((mail, i) => (sent[i] === true ? mail : standIn(mail))),
    secrets: secrets.filter((_, i) => sent[i] === true),
  };
}

/** One kind of message at a time, and so many an hour and a day of all kinds. */
const keysOf = ({ recipient, template }: Mail): readonly LimitKey[] => [
  { budget: 'sendsAtOnce', subject: `${template.replace(/_(?:in)?valid$/, '')} ${recipient}` },
  { budget: 'sends', subject: recipient },
  { budget: 'sendsADay', subject: recipient },
];

/** An operator hears of it once an hour, without the address. */
async function warnOnce(runner: Runner, { recipient, template }: Mail, flow: string): Promise<void> {
  const first = await runner.limits.take([{ budget: 'sendWarnings', subject: recipient }]);
  if (first.ok) runner.outside.log.warn('a recipient is over the budget of messages and gets none', { template, flow });
}
