import type { BoundHook } from '../../hook/bound-hook.ts';
import type { Chart, ChartState } from '../chart.ts';
import type { At, Finding } from '../finding.ts';
import { issues, liveHooks, methodOf, type Subject } from '../subject.ts';
import { joined, reachable, shortest, type Trail } from '../shortest-path.ts';

const proves = (event: string): boolean => event.startsWith('accept.');

/** A session is made only in a submit in which somebody proved who they are. */
export function sessionsAreProved(subject: Subject): readonly Finding[] {
  return [...subject.charts.values()]
    .flatMap((chart): readonly Finding[] =>
      waysIn(chart).flatMap(({ to, state }): readonly Finding[] => {
        const unproved = shortest(chart, { from: state, goal: issues, without: proves });
        if (unproved === undefined) return [];
        const trail = joined(to, unproved);
        return [
          {
            id: 'session-without-proof',
            severity: 'error',
            at: atOf(subject, chart, trail),
            found: `a ${chart.kind} flow issues a session though nobody has proved who they are`,
            advice: 'this is a fault of the machine: report it, and do not run this configuration',
            trail,
          },
        ];
      }),
    )
    .slice(0, 1);
}

/** Ways that prove the very address a code or a link was sent to. */
const PROVES_ADDRESS: ReadonlySet<string> = new Set(['code', 'link']);
const requiresVerified = ({ meta }: BoundHook): boolean => meta.requiresVerifiedAddress === true;

/** Once a list asks for a verified address, no other way may let people in without one. */
export function addressesAreVerified(subject: Subject): readonly Finding[] {
  const guard = liveHooks(subject).find(requiresVerified);
  if (guard === undefined) return [];
  const found: Finding[] = [];
  for (const chart of subject.charts.values()) {
    const seen = new Set<string>();
    for (const { to, state } of waysIn(chart)) {
      for (const goal of chart.states.values()) {
        const method = methodOf(goal);
        if (!issues(goal) || method === undefined || PROVES_ADDRESS.has(method) || seen.has(method)) continue;
        const open = shortest(chart, {
          from: state,
          goal: ({ path }) => path === goal.path,
          skip: ({ hook, stands, path }) =>
            (hook !== undefined && requiresVerified(hook)) || (stands === 'rest' && path !== state),
        });
        if (open === undefined) continue;
        seen.add(method);
        const trail = joined(to, open);
        found.push({
          id: 'unverified-session',
          severity: 'error',
          at: atOf(subject, chart, trail, method),
          found: `${chart.kind} with ${method} gives a session to people whose address is not verified, though ${guard.entry.path} asks for a verified one`,
          advice:
            chart.kind === 'registration'
              ? 'leave `session` out of this list: people sign in once they have verified their address'
              : `put ${guard.name} into the list of ${method} too`,
          trail,
        });
      }
    }
  }
  return found;
}

/** The beginning and every page where a person may wait, with the shortest way to it. */
export function waysIn(chart: Chart): readonly { readonly state: string; readonly to: Trail }[] {
  const alive = reachable(chart);
  return [...chart.states.values()]
    .filter(({ path, stands }) => alive.has(path) && (stands === 'rest' || stands === 'opening'))
    .flatMap(({ path }) => {
      const to = shortest(chart, { from: 'opening', goal: (state) => state.path === path });
      return to === undefined ? [] : [{ state: path, to }];
    });
}

/** The hook at the end of a way, or the list or the flow it belongs to. */
function atOf(subject: Subject, chart: Chart, { steps }: Trail, method?: string): At {
  const end: ChartState | undefined = chart.states.get(steps.at(-1)?.to ?? '');
  if (end?.hook !== undefined) return { path: end.hook.entry.path, place: end.hook.entry.place };
  const flow = `selfservice.flows.${chart.kind}`;
  return subject.at(method === undefined ? flow : `${flow}.after.${method}.hooks`);
}
