import type { HookEntry, HookList } from '../../config/config.ts';
import type { Chart, ChartState, DeadEntry, Role, Way } from '../../flow/chart.ts';
import { FLOW_TITLES, sayState } from '../../flow/state-titles.ts';
import type { Action, HookStep, Meta } from '../../flow/flow-grammar.ts';
import type { Bound, BoundHook, BoundLane, UnreachableEntry } from '../../hook/bound-hook.ts';
import { verdictsOf } from '../../hook/define.ts';
import { describeEntry } from '../../hook/describe.ts';
import type { Phase } from '../../kernel/verdict.ts';
import type { CompiledFlow } from './compiled-flow.ts';

/** What is read of XState's node, whose own type varies with the machine's. */
interface Node {
  readonly key: string;
  readonly path: readonly string[];
  readonly type: string;
  readonly tags: readonly string[];
  readonly meta: unknown;
  readonly states: Readonly<Record<string, Node>>;
  readonly initial: { readonly target: readonly Node[] | undefined };
  readonly transitions: ReadonlyMap<
    string,
    readonly { readonly target: readonly Node[] | undefined; readonly actions: readonly unknown[] }[]
  >;
}

/** Reads a flow's chart off the machine that runs it; the hooks of its lanes say what stands in their configuration. */
export function readChart(flow: CompiledFlow, bound: Bound): Chart {
  const root = flow.machine.root as unknown as Node;
  const reading: Reading = { flow, bound };
  const states = childrenOf(root).map((node) => readState(node, undefined, reading));
  return {
    kind: flow.kind,
    title: FLOW_TITLES[flow.kind],
    shape: flow.shape,
    initial: pathOf(firstOf(root)),
    states,
    ways: leaves(root).flatMap((node) => waysOf(node, flow)),
    dead: unused(reading, [...used(states, flow.kind)]),
  };
}

interface Reading {
  readonly flow: CompiledFlow;
  readonly bound: Bound;
}

const childrenOf = (node: Node): readonly Node[] => Object.values(node.states);
const pathOf = ({ path }: Node): string => path.join('.');
const leaves = (node: Node): readonly Node[] =>
  childrenOf(node).length === 0 ? [node] : childrenOf(node).flatMap(leaves);

/** Where a way into a compound state really arrives. */
function firstOf(node: Node): Node {
  const [first] = childrenOf(node).length === 0 ? [] : (node.initial.target ?? []);
  return first === undefined ? node : firstOf(first);
}

/** The ways out of a state that can be taken: a hook gives only the verdicts that it declares. */
function waysOf(node: Node, flow: CompiledFlow): readonly Way[] {
  const meta = node.meta as Meta | undefined; // written by the flow files with this type
  const hook = meta !== undefined && 'do' in meta && meta.do === 'hook' ? flow.hook(meta) : undefined;
  const taken = [...node.transitions.entries()].filter(([event]) => hook === undefined || canAnswer(hook, event));
  return taken.flatMap(([event, transitions]) =>
    transitions.flatMap(({ target, actions }) =>
      (target ?? []).map((to): Way => {
        // Flow machines name their actions; they have no other kind (parts.ts).
        const names = actions.map((action) => String(action) as Action);
        return { from: pathOf(node), event, target: pathOf(to), to: pathOf(firstOf(to)), actions: names };
      }),
    ),
  );
}

const canAnswer = ({ hook, meta, phase }: BoundHook, event: string): boolean =>
  verdictsOf(hook, meta, phase).some((kind) => event === `hook.${kind}`);

const PHASES: ReadonlySet<string> = new Set(['prepare', 'write', 'follow'] satisfies Phase[]);

/** Compound states: a page holds a place to wait, a box has a phase, what holds boxes is a lane. */
function roleOf(node: Node, meta: Meta | undefined): Role {
  if (node.type === 'final') return 'final';
  if (childrenOf(node).length > 0) {
    if (node.tags.length > 0) return 'box';
    if ('waiting' in node.states) return 'page';
    return node.path.length === 1 ? 'before' : 'lane';
  }
  if (meta === undefined) return 'opening';
  if ('wire' in meta) return 'waiting';
  return meta.do === 'strategy' ? 'checking' : meta.do;
}

function readState(node: Node, above: Phase | undefined, reading: Reading): ChartState {
  const meta = node.meta as Meta | undefined; // written by the flow files with this type
  const [tag] = node.tags.filter((each): each is 'rest' | Phase => each === 'rest' || PHASES.has(each));
  const phase = tag === undefined || tag === 'rest' ? above : tag;
  const role = roleOf(node, meta);
  const said = sayState({ role, key: node.key, phase });
  const step = meta !== undefined && 'do' in meta ? meta : undefined;
  const list = listOf(reading.flow.kind, role, node.path);
  return {
    path: pathOf(node),
    key: node.key,
    role,
    tag,
    phase,
    title: said.title,
    detail: step?.do === 'hook' ? describeHook(step, reading) : said.detail,
    step,
    wire: meta !== undefined && 'wire' in meta ? meta.wire : undefined,
    initial:
      role === 'page' || role === 'lane' || role === 'before' || role === 'box' ? pathOf(firstOf(node)) : undefined,
    states: childrenOf(node).map((each) => readState(each, phase, reading)),
    dead: list === undefined ? [] : laneOf(list, reading).unreachable.map(deadEntry),
  };
}

function describeHook(step: HookStep, { flow }: Reading): string | undefined {
  const bound = flow.hook(step);
  return bound && describeEntry(bound.entry, bound.from.dialect);
}

/** The list whose entries a lane's boxes are made of. */
function listOf(kind: CompiledFlow['kind'], role: Role, path: readonly string[]): string | undefined {
  if (role === 'before') return `${kind}.before`;
  return role === 'lane' ? `${kind}.after.${path.at(-1)}` : undefined;
}

const laneOf = (list: string, { bound }: Reading): Pick<BoundLane, 'unreachable'> =>
  bound.lanes.find((lane) => lane.list === list) ?? { unreachable: [] };

const deadEntry = ({
  name,
  list,
  entry,
  from,
  reason,
}: Pick<UnreachableEntry, 'name' | 'list' | 'entry' | 'from' | 'reason'>): DeadEntry => ({
  name,
  list,
  detail: describeEntry(entry, from.dialect),
  reason,
  place: entry.place,
});

/** Names of the lists that stand somewhere in the machine. */
function* used(states: readonly ChartState[], kind: CompiledFlow['kind']): Generator<string> {
  for (const { role, path, step, states: inner } of states) {
    const list = listOf(kind, role, path.split('.'));
    if (list !== undefined) yield list;
    if (step?.do === 'hook') yield step.list;
    yield* used(inner, kind);
  }
}

/** What was written for lanes that this machine does not have: none of it runs. What a lane shows as cut is not said twice. */
function unused({ flow, bound }: Reading, lists: readonly string[]): readonly DeadEntry[] {
  const lanes = bound.lanes.filter(({ from }) => from?.flow === flow.kind);
  const here = lanes.filter(({ list }) => lists.includes(list));
  const inUse = new Set<HookList | undefined>(here.map(({ from }) => from));
  const shown = new Set<HookEntry>(here.flatMap(({ unreachable }) => unreachable.map(({ entry }) => entry)));
  const idle = lanes.filter(({ list, from }) => !lists.includes(list) && !inUse.has(from) && from?.name === list);
  return idle.flatMap(({ list, from, prepare, write, follow, unreachable }) => {
    const reason = from?.method === undefined ? 'no way through this flow leads here' : `${from.method} is not offered`;
    const alive = [...prepare, ...write, ...follow].map((hook) => ({ ...hook, reason }));
    const own = [...alive, ...unreachable.filter((each) => each.from === from)].map((each) => ({ ...each, list }));
    return own.filter(({ entry }) => !shown.has(entry)).map(deadEntry);
  });
}
