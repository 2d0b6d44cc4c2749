import type { MoveReport } from '../move-in/report.ts';

/** Failures that are printed one by one; the JSON has more. */
const SHOWN = 20;

/** The report of a run in lines. */
export function writeMoveReport(report: MoveReport): readonly string[] {
  const { people, sessions, remarks, failures, others, dryRun, finished, lastSessionEnds } = report;
  return [
    ...(dryRun ? ['Nothing was written: this is what a run would do.'] : []),
    ...(finished ? [] : ['Stopped before the end: the same command goes on.']),
    `People    ${people.read} read: ${people.made} moved in, ${people.there} here already, ${people.failed} failed`,
    `Sessions  ${sessions.made} go on, ${sessions.there} here already or ended here, ${sessions.over} had ended, ${sessions.failed} failed`,
    ...(lastSessionEnds === undefined
      ? []
      : [`Keep the old secrets in secrets.cookie until ${new Date(lastSessionEnds).toISOString()}: the last session.`]),
    ...(others.networks > 0
      ? [`Left out: ${others.people} people of ${others.networks} other networks (--network ID takes another one).`]
      : []),
    ...(remarks.length > 0 ? ['', 'What did not come along as it was, and of how many people:'] : []),
    ...remarks.map(({ what, people: number }) => `  ${number}  ${what}`),
    ...(failures.length > 0 ? ['', 'Who could not be taken:'] : []),
    ...failures.slice(0, SHOWN).map(({ id, why }) => `  ${id}  ${why}`),
    ...(failures.length > SHOWN ? [`  and ${people.failed - SHOWN} more; --format json lists a thousand`] : []),
  ];
}
