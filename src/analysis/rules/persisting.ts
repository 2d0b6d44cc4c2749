import type { BoundHook } from '../../hook/bound-hook.ts';
import { verdictsOf } from '../../hook/define.ts';
import type { MachineGraph, Edge } from '../../engine/machine/graph.ts';
import type { Finding } from '../finding.ts';
import { liveHooks, methodOf, methodsOf, persists, type Subject } from '../subject.ts';
import { joined, reachable, shortest } from '../shortest-path.ts';
import { waysIn } from './sessions.ts';

const REFUSES: ReadonlySet<string> = new Set(['hook.fail', 'strategy.reject']);
/** An edge that a refusal alone takes; where everything leads on, as at a logout, nothing is refused. */
const refuses = ({ events }: Edge): boolean => events.every((event) => REFUSES.has(event));

/** Behind the commit nothing refuses, and nothing is asked that could. */
export function nothingPersistedEarly(subject: Subject): readonly Finding[] {
  const found: Finding[] = [];
  for (const graph of subject.graphs.values()) {
    const alive = reachable(graph);
    for (const state of graph.states.values()) {
      if (!persists(state) || !alive.has(state.path)) continue;
      const late = shortest(graph, {
        from: state.path,
        goal: ({ path, stands, edges }) =>
          path !== state.path && (stands === 'prepare' || (stands === 'follow' && edges.some(refuses))),
        skip: (at, edge) =>
          at.stands === 'rest' ||
          refuses(edge) ||
          edge.events.every((event) => event === 'store.taken' || event === 'store.stale'),
      });
      if (late === undefined) continue;
      const to = shortest(graph, { from: 'opening', goal: ({ path }) => path === state.path });
      found.push({
        id: 'persist-before-refusal',
        severity: 'error',
        at: subject.at(`selfservice.flows.${graph.kind}`),
        found: `a ${graph.kind} flow stores at ${state.path} and may still be refused at ${late.steps.at(-1)?.to}`,
        advice: 'this is a fault of the machine: report it, and do not run this configuration',
        ...(to && { trail: joined(to, late) }),
      });
    }
  }
  return found.slice(0, 1);
}

/** Whether a hook, where it runs before persisting, can do more than let the flow go on. */
const couldObject = ({ hook, meta }: BoundHook): boolean =>
  hook.run.prepare !== undefined &&
  hook.ends !== true &&
  verdictsOf(hook, meta, 'prepare').some((kind) => kind !== 'continue');

/** A hook that has something to say before persisting, in a list that persists first. */
export function refusalsComeInTime(subject: Subject): readonly Finding[] {
  return liveHooks(subject).flatMap((bound): readonly Finding[] => {
    const { phase, name, entry, from } = bound;
    if (phase !== 'follow' || !couldObject(bound)) return [];
    return [
      {
        id: 'hook-cannot-refuse',
        severity: 'warning',
        at: { path: entry.path, place: entry.place },
        found: `the hook "${name}" can refuse, but here it runs when everything is stored`,
        advice:
          from.dialect === 'v0.1-job'
            ? 'lists written with `job` persist first: write this list with `hook`'
            : 'choose a place where it runs before persisting',
      },
    ];
  });
}

/** Ways through a flow that lead back to their page whatever a person does. */
export function waysComeToTheirEnd(subject: Subject): readonly Finding[] {
  return [...subject.graphs.values()].flatMap((graph) =>
    graph.kind === 'logout' ? [] : methodsOf(graph).flatMap((method) => suspended(graph, method)),
  );
}

function suspended(graph: MachineGraph, method: string): readonly Finding[] {
  const pages = waysIn(graph).filter(({ state }) => state !== 'opening');
  const stores = [...graph.states.values()].filter((state) => methodOf(state) === method && state.stands === 'write');
  for (const { state, to } of pages) {
    const enters = graph.states.get(state.replace(/\.waiting$/, '.checking'));
    const accepted = enters?.edges.find(({ events }) => events.includes(`accept.${method}`));
    if (accepted === undefined) continue;
    const ends = shortest(graph, { from: accepted.to, goal: ({ path }) => stores.some((each) => each.path === path) });
    if (ends !== undefined) return [];
    const stop = shortest(graph, {
      from: state,
      goal: ({ hook }) => hook?.hook.ends === true && hook.method === method,
    });
    const by = stop && graph.states.get(stop.steps.at(-1)?.to ?? '')?.hook;
    if (stop === undefined || by === undefined) continue;
    const back = graph.states.get(stop.steps.at(-1)?.to ?? '')?.edges[0];
    const last = {
      state: stop.steps.at(-1)?.to ?? '',
      event: back?.events[0] ?? 'hook.redirect',
      to: back?.to ?? state,
    };
    const registers = graph.kind === 'registration';
    return [
      {
        id: registers ? 'registration-suspended' : 'change-suspended',
        severity: 'warning',
        at: { path: by.entry.path, place: by.entry.place },
        found: registers
          ? `"${by.name}" sends everybody who registers with ${method} away before anything is stored: no account is made`
          : `"${by.name}" sends everybody away before ${graph.kind} with ${method} has stored anything`,
        advice: registers
          ? 'registration is suspended by this; if it is not meant to be, remove it and use default_browser_return_url'
          : 'remove it, or put it where it runs after persisting',
        trail: joined(to, { flow: graph.kind, steps: [...stop.steps, last] }),
      },
    ];
  }
  return [];
}
