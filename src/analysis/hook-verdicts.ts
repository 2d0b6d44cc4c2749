import type { HookEntry, HookList } from '../config/config.ts';
import type { UnreachableCode } from '../hook/bound-hook.ts';
import type { Phase } from '../kernel/verdict.ts';
import type { MachineGraph, GraphState } from '../engine/machine/graph.ts';
import type { At, Finding, Severity } from './finding.ts';
import { methodOf, methodsOf, type Subject } from './subject.ts';
import { reachable, shortest, type Trail } from './shortest-path.ts';

/** Where a hook is reached, and by whom. */
export interface Reached {
  readonly flow: string;
  /** Absent before a flow and at a logout. */
  readonly method: string | undefined;
  readonly phase: Phase;
  readonly clients: readonly ('browser' | 'native')[];
  readonly states: readonly string[];
  /** The shortest way to it. */
  readonly trail: Trail;
}

/** What becomes of one entry of one list. */
export interface HookVerdict {
  readonly hook: string;
  readonly at: At;
  readonly list: string;
  readonly reached: readonly Reached[];
  /** Lanes where it does not run, with the reason. */
  readonly dead: readonly ({ readonly lane: string } & Unreached)[];
}

/** Why an entry does not run in a lane. */
interface Unreached {
  readonly code: UnreachedCode;
  readonly reason: string;
}

/**
 * What binding finds, and what a walk of the machines finds: flow-off, flow-not-offered, method-off. turned-away: a hook
 * before the flow always ends it.
 */
type UnreachedCode = UnreachableCode | 'flow-off' | 'flow-not-offered' | 'method-off' | 'turned-away' | 'no-way';

/** Gives every entry of every list its verdict, by walking the machines. */
export function hookVerdicts(subject: Subject): readonly HookVerdict[] {
  return subject.config.lists.flatMap((list) => list.entries.map((entry) => verdictOf(entry, list, subject)));
}

/** Entries that never run anywhere, or not where their list says. */
export function deadHooks(subject: Subject, verdicts: readonly HookVerdict[]): readonly Finding[] {
  return verdicts.flatMap((verdict): readonly Finding[] => {
    const { hook, at, reached, dead } = verdict;
    if (dead.length === 0 && reached.length > 0) return [];
    const reasons = [...new Set(dead.map(({ reason }) => reason))].join('; ');
    if (reached.length > 0) {
      const lanes = dead.map(({ lane }) => lane).join(', ');
      return [
        {
          id: 'hook-never-runs',
          severity: 'warning',
          at,
          found: `the hook "${hook}" never runs in ${lanes}: ${reasons}`,
          advice: 'repeat it in the list that hides it, or know that it is hidden there',
        },
      ];
    }
    return [
      {
        id: 'hook-never-runs',
        severity: severityOf(verdict, subject),
        at,
        found: `the hook "${hook}" never runs: ${reasons}`,
        advice: 'leave it out, move it, or switch on what it stands behind',
      },
    ];
  });
}

/** What this build cannot offer has been said by the loader, and what is switched off on purpose is no mistake. */
function severityOf({ dead, list }: HookVerdict, { config, bound }: Subject): Severity {
  const known = dead.every(({ code }) => NOT_OFFERED.has(code));
  const shut =
    !config.flows.registration.enabled ||
    bound.for('registration', 'before').prepare.some(({ hook }) => hook.ends === true);
  const closed = list.startsWith('registration.after') && shut && dead.every(({ code }) => !BEHIND_THE_END.has(code));
  return known || closed ? 'note' : 'warning';
}

const NOT_OFFERED: ReadonlySet<UnreachedCode> = new Set(['method-not-offered', 'flow-not-offered']);
const BEHIND_THE_END: ReadonlySet<UnreachedCode> = new Set(['after-end', 'end-runs-earlier']);

function verdictOf(entry: HookEntry, list: HookList, subject: Subject): HookVerdict {
  const graph = subject.graphs.get(list.flow);
  const reached = graph === undefined ? [] : reachedIn(graph, entry);
  const methods = new Set(reached.map(({ method }) => method));
  const lanes = graph === undefined ? [] : lanesOf(list, graph);
  const dead = lanes
    .filter((method) => !methods.has(method))
    .map((method) => ({ lane: laneOf(list, method), ...reasonOf(entry, list, method, subject) }));
  const nowhere = reached.length === 0 && dead.length === 0;
  return {
    hook: entry.hook,
    at: { path: entry.path, place: entry.place },
    list: list.name,
    reached,
    dead: nowhere ? [{ lane: laneOf(list, list.method), ...reasonOf(entry, list, list.method, subject) }] : dead,
  };
}

/** The lanes of the machine that a list is written for. */
function lanesOf(list: HookList, graph: MachineGraph): readonly (string | undefined)[] {
  if (list.point === 'before' || list.flow === 'logout') return [undefined];
  return list.method === undefined ? methodsOf(graph) : [list.method];
}

const laneOf = ({ flow, point }: HookList, method: string | undefined): string =>
  method === undefined ? `${flow}.${point}` : `${flow}.${point}.${method}`;

function reachedIn(graph: MachineGraph, entry: HookEntry): readonly Reached[] {
  const alive = reachable(graph);
  const mine = [...graph.states.values()].filter(({ path, hook }) => hook?.entry === entry && alive.has(path));
  const groups = new Map<string, GraphState[]>();
  for (const state of mine) {
    const key = `${methodOf(state) ?? ''}/${state.stands}`;
    groups.set(key, [...(groups.get(key) ?? []), state]);
  }
  return [...groups.values()].flatMap((states): readonly Reached[] => {
    const trails = states.flatMap(
      ({ path }) => shortest(graph, { from: 'opening', goal: (at) => at.path === path }) ?? [],
    );
    const trail = trails.toSorted((a, b) => a.steps.length - b.steps.length)[0];
    const [first] = states;
    const phase = first?.hook?.phase;
    if (trail === undefined || first === undefined || phase === undefined) return [];
    const method = methodOf(first);
    const paths = states.map(({ path }) => path);
    // Only a browser comes back: from a provider, or by the link in a mail.
    const native = shortest(graph, {
      from: 'opening',
      goal: ({ path }) => paths.includes(path),
      without: (event) => event === 'return',
    });
    const clients = native === undefined ? (['browser'] as const) : (['browser', 'native'] as const);
    return [{ flow: graph.kind, method, phase, clients, states: paths, trail }];
  });
}

function reasonOf(entry: HookEntry, list: HookList, method: string | undefined, subject: Subject): Unreached {
  const { bound, graphs, config } = subject;
  const graph = graphs.get(list.flow);
  const buried = bound.lanes.flatMap(({ unreachable }) => unreachable).filter((each) => each.entry === entry);
  const here = buried.find((each) => each.list === laneOf(list, method)) ?? buried[0];
  if (here !== undefined) return { code: here.code, reason: here.reason };
  if (list.flow === 'registration' && !config.flows.registration.enabled)
    return { code: 'flow-off', reason: 'registration is switched off' };
  if ((list.flow === 'recovery' || list.flow === 'verification') && !config.flows[list.flow].enabled)
    return { code: 'flow-off', reason: `${list.flow} is switched off` };
  if (graph === undefined)
    return { code: 'flow-not-offered', reason: `${list.flow} is configured; this build cannot offer it yet` };
  if (method !== undefined && !methodsOf(graph).includes(method))
    return { code: 'method-off', reason: `${method} is switched off, or ends no ${list.flow}` };
  const before = bound.for(list.flow, 'before').prepare.find(({ hook }) => hook.ends === true);
  if (before !== undefined)
    return { code: 'turned-away', reason: `"${before.name}" at ${before.entry.path} turns everybody away before it` };
  return { code: 'no-way', reason: 'no way leads there' };
}
