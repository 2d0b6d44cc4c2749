import type { Issue } from '../kernel/issue.ts';
import { RULES, sortFindings, type Finding, type RuleId } from './finding.ts';
import { deadHooks, hookVerdicts, type HookVerdict } from './hook-verdicts.ts';
import { accountsStayHidden } from './rules/accounts.ts';
import { cookiesComeBack, pagesAreNear } from './rules/browsers.ts';
import { devicesMayBeLost, factorsAreAsked, recoveryKeepsLevel } from './rules/factors.ts';
import {
  accountsCanBeRecovered,
  addressesCanBeVerified,
  registrationIsUsable,
  somebodyCanSignIn,
} from './rules/lockout.ts';
import { methodsWork } from './rules/methods.ts';
import { nothingPersistedEarly, refusalsComeInTime, waysComeToTheirEnd } from './rules/persisting.ts';
import { mailsAreSent, returnSurvives, returnUrlsAreUsed } from './rules/return-to.ts';
import { addressesAreVerified, sessionsAreProved } from './rules/sessions.ts';
import { waitingEnds } from './rules/waiting.ts';
import type { Subject } from './subject.ts';

/** What a configuration was proved to do, and not to do. */
export interface Proof {
  readonly findings: readonly Finding[];
  readonly hooks: readonly HookVerdict[];
  /** Every rule with whether it holds: no error and no warning of its kind. */
  readonly rules: readonly { readonly id: RuleId; readonly text: string; readonly holds: boolean }[];
  /** States that were walked. */
  readonly states: number;
}

const CHECKS: readonly ((subject: Subject) => readonly Finding[])[] = [
  sessionsAreProved,
  addressesAreVerified,
  nothingPersistedEarly,
  refusalsComeInTime,
  waysComeToTheirEnd,
  registrationIsUsable,
  accountsStayHidden,
  somebodyCanSignIn,
  addressesCanBeVerified,
  accountsCanBeRecovered,
  factorsAreAsked,
  recoveryKeepsLevel,
  devicesMayBeLost,
  cookiesComeBack,
  pagesAreNear,
  methodsWork,
  mailsAreSent,
  waitingEnds,
  returnSurvives,
  returnUrlsAreUsed,
];

/** Walks every machine of a configuration and says what it allows and should not, with the shortest way that shows it. */
export function prove(subject: Subject): Proof {
  const hooks = hookVerdicts(subject);
  const own = [...deadHooks(subject, hooks), ...CHECKS.flatMap((check) => check(subject))];
  const findings = sortFindings([...own, ...uncovered(subject.warnings, own)]);
  const rules = Object.entries(RULES).map(([id, text]) => ({
    id: id as RuleId, // keys of the table
    text,
    holds: !findings.some((each) => each.id === id && each.severity !== 'note'),
  }));
  const states = [...subject.graphs.values()].reduce((sum, graph) => sum + graph.states.size, 0);
  return { findings, hooks, rules, states };
}

/** Loader and binding warnings not already covered by a finding for the same entry. */
function uncovered(warnings: readonly Issue[], findings: readonly Finding[]): readonly Finding[] {
  const covered = (issue: Issue): boolean =>
    findings.some(({ id, at }) =>
      id === 'hook-never-runs'
        ? at.path === issue.path || (issue.code === 'hook-list-unused' && at.path.startsWith(`${issue.path}[`))
        : id === 'account-revealed' && issue.code === id && at.path === issue.path,
    );
  return warnings
    .filter((issue) => !covered(issue))
    .map(({ path, place, found, allowed }): Finding => ({
      id: 'configuration',
      severity: 'warning',
      at: { path, place },
      found,
      advice: allowed,
    }));
}
