import type { Place } from '../kernel/issue.ts';
import type { Trail } from './shortest-path.ts';

export type Severity = 'error' | 'warning' | 'note';

/** Every kind of finding: what the rule says when it holds. Ids are contract. */
export const RULES = {
  configuration: 'The configuration says nothing odd.',
  'hook-never-runs': 'Every configured hook can run.',
  'hook-cannot-refuse': 'A hook that is written to refuse stands where it can.',
  'return-url-never-used': 'Every configured return URL can be used.',
  'session-without-proof': 'No session without proof.',
  'unverified-session': 'No session for an unverified address where require_verified_address stands anywhere.',
  'persist-before-refusal': 'Nothing is persisted on a path where a hook may still refuse.',
  'registration-suspended': 'Every way to register ends in an account.',
  'registration-closed': 'Registration is open.',
  'nobody-can-register': 'Somebody can register.',
  'change-suspended': 'Every way through a flow can come to its end.',
  'account-revealed': 'Answers do not tell whether an account exists.',
  'nobody-can-sign-in': 'Nobody is locked out: there is a way to a session.',
  'login-without-session': 'Every way to sign in ends in a session.',
  'nobody-has-identifier': 'Every identity schema has something to sign in with.',
  'nobody-can-verify': 'Where a verified address is required, addresses can be verified.',
  'cookie-never-returns': 'Browsers send the cookies back.',
  'cross-site-ui': 'The pages are on the same site as the server.',
  'nothing-to-verify': 'Where addresses are verified, the identity schema has one.',
  'nothing-to-recover': 'Where accounts are recovered, the identity schema has an address for it.',
  'method-does-not-work': 'Every method that is switched on can do its work.',
  'factor-aside': 'Whoever has a second factor is asked for it.',
  'factor-of-nobody': 'Where a second factor is asked for, one is switched on.',
  'recovery-lowers-level': 'One mailbox does not prove both factors.',
  'last-way-in-lost': 'Whoever loses a device has another way in.',
  'mail-goes-nowhere': 'Mails that are written are sent.',
  'waits-for-ever': 'Every state that waits for a person expires.',
  'too-short': 'People have time to do what they are asked.',
  'return-to-lost': '`return_to` survives every hop between flows.',
} as const;
export type RuleId = keyof typeof RULES;

export interface At {
  /** As written: `selfservice.flows.login.before.hooks[0]`. */
  readonly path: string;
  readonly place: Place | undefined;
}

/** Something a configuration allows and should not, or asks for and does not get. */
export interface Finding {
  readonly id: RuleId;
  readonly severity: Severity;
  readonly at: At;
  /** What is the case. */
  readonly found: string;
  /** What to do. */
  readonly advice: string;
  /** The shortest way that shows it. */
  readonly trail?: Trail;
}

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, note: 2 };

/** Errors first, then by place. */
export function sortFindings(findings: readonly Finding[]): readonly Finding[] {
  const line = ({ at }: Finding): number => at.place?.line ?? Number.MAX_SAFE_INTEGER;
  return findings.toSorted((a, b) => RANK[a.severity] - RANK[b.severity] || line(a) - line(b));
}
