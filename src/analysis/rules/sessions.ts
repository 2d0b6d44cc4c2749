import type { BoundHook } from '../../hook/bound-hook.ts';
import type { MachineGraph, GraphState } from '../../engine/machine/graph.ts';
import type { At, Finding } from '../finding.ts';
import { issues, liveHooks, methodOf, type Subject } from '../subject.ts';
import { joined, reachable, shortest, type Trail } from '../shortest-path.ts';

const proves = (event: string): boolean => event.startsWith('accept.');

/** A session is made only in a submit in which somebody proved who they are. */
export function sessionsAreProved(subject: Subject): readonly Finding[] {
  return [...subject.graphs.values()]
    .flatMap((graph): readonly Finding[] =>
      waysIn(graph).flatMap(({ to, state }): readonly Finding[] => {
        const unproved = shortest(graph, { from: state, goal: issues, without: proves });
        if (unproved === undefined) return [];
        const trail = joined(to, unproved);
        return [
          {
            id: 'session-without-proof',
            severity: 'error',
            at: atOf(subject, graph, trail),
            found: `a ${graph.kind} flow issues a session though nobody has proved who they are`,
            advice: 'this is a fault of the machine: report it, and do not run this configuration',
            trail,
          },
        ];
      }),
    )
    .slice(0, 1);
}

const requiresVerified = ({ meta }: BoundHook): boolean => meta.requiresVerifiedAddress === true;

/** A proof of the very address, or a second factor, which adds to a session that exists. */
const provesNothingNew = ({ methods }: Subject, { kind }: MachineGraph, method: string): boolean =>
  methods.provesAddress(method) || (kind === 'login' && methods.isSecondFactor(method));

/** Once a list asks for a verified address, no other way may let people in without one. */
export function addressesAreVerified(subject: Subject): readonly Finding[] {
  const guard = liveHooks(subject).find(requiresVerified);
  if (guard === undefined) return [];
  const found: Finding[] = [];
  for (const graph of subject.graphs.values()) {
    const seen = new Set<string>();
    for (const { to, state } of waysIn(graph)) {
      for (const goal of graph.states.values()) {
        const method = methodOf(goal);
        if (!issues(goal) || method === undefined || provesNothingNew(subject, graph, method) || seen.has(method))
          continue;
        const open = shortest(graph, {
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
          at: atOf(subject, graph, trail, method),
          found: `${graph.kind} with ${method} gives a session to people whose address is not verified, though ${guard.entry.path} asks for a verified one`,
          advice:
            graph.kind === 'registration'
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
export function waysIn(graph: MachineGraph): readonly { readonly state: string; readonly to: Trail }[] {
  const alive = reachable(graph);
  return [...graph.states.values()]
    .filter(({ path, stands }) => alive.has(path) && (stands === 'rest' || stands === 'opening'))
    .flatMap(({ path }) => {
      const to = shortest(graph, { from: 'opening', goal: (state) => state.path === path });
      return to === undefined ? [] : [{ state: path, to }];
    });
}

/** The hook at the end of a way, or the list or the flow it belongs to. */
function atOf(subject: Subject, graph: MachineGraph, { steps }: Trail, method?: string): At {
  const end: GraphState | undefined = graph.states.get(steps.at(-1)?.to ?? '');
  if (end?.hook !== undefined) return { path: end.hook.entry.path, place: end.hook.entry.place };
  const flow = `selfservice.flows.${graph.kind}`;
  return subject.at(method === undefined ? flow : `${flow}.after.${method}.hooks`);
}
