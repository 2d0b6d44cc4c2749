import { leadsBack, type Chart, type ChartState, type DeadEntry, type Role } from '../flow/chart.ts';
import { sayEvent } from '../flow/state-titles.ts';

/** Something drawn as a box: a state, a compound state open or closed, or an entry that never runs. */
export interface Shape {
  /** The state's path; of a dead entry its lane's path and a number. */
  readonly path: string;
  readonly role: Role | 'dead' | 'aside';
  readonly phase: ChartState['phase'];
  readonly title: string;
  readonly detail: string | undefined;
  /** A compound state: whether what is in it is drawn. */
  readonly open: boolean | undefined;
  readonly shapes: readonly Shape[];
}

/** Transitions between two shapes as one arrow. */
export interface Line {
  readonly from: string;
  readonly to: string;
  readonly events: readonly string[];
  /** The events in words. */
  readonly label: string;
  /** Refusals: drawn quieter than what leads on, and never as one arrow with it. */
  readonly quiet: boolean;
}

/** What is drawn of a chart: everything, or some compound states as one box each. */
export interface Plan {
  readonly chart: Chart;
  readonly shapes: readonly Shape[];
  readonly lines: readonly Line[];
}

/** Lays out which shapes and arrows there are; `closed` holds the paths of compound states that are drawn as one box. */
export function planOf(chart: Chart, closed: ReadonlySet<string> = new Set()): Plan {
  const shownAs = new Map<string, string>();
  const shapes = chart.states.map((state) => shapeOf(state, closed, shownAs, undefined));
  const lines = linesOf(chart, shownAs);
  const reached = new Set(lines.map(({ to }) => to));
  const isIdle = ({ role, path }: Shape): boolean => role === 'final' && !reached.has(path);
  const idle = shapes.filter(isIdle);
  return {
    chart,
    shapes: [
      ...shapes.filter((each) => !isIdle(each)),
      ...(idle.length > 0 ? [aside('idle', 'nothing leads here', idle)] : []),
      ...(chart.dead.length > 0 ? [aside('never', 'configured, never runs', chart.dead.map(deadFor))] : []),
    ],
    lines,
  };
}

function shapeOf(
  state: ChartState,
  closed: ReadonlySet<string>,
  shownAs: Map<string, string>,
  within: string | undefined,
): Shape {
  const { path, role, phase, title, states, dead } = state;
  shownAs.set(path, within ?? path);
  const isOpen = states.length === 0 ? undefined : !closed.has(path);
  const inside = within ?? (isOpen === false ? path : undefined);
  const inner = states.map((each) => shapeOf(each, closed, shownAs, inside));
  const detail = isOpen === false ? (summaryOf(state) ?? state.detail) : state.detail;
  const shapes = isOpen === true ? [...inner, ...dead.map((each, i) => deadShape(each, `${path}.dead${i}`))] : [];
  return { path, role, phase, title, detail, open: isOpen, shapes };
}

/** What is in a closed box, by name. */
function summaryOf({ states, dead }: ChartState): string | undefined {
  const steps = steppingIn(states).map(({ key }) => key);
  const cut = dead.length === 0 ? [] : [`${dead.length} never run${dead.length === 1 ? 's' : ''}`];
  const all = [...steps, ...cut];
  return all.length === 0 ? undefined : all.join(', ');
}

const steppingIn = (states: readonly ChartState[]): readonly ChartState[] =>
  states.flatMap((state) =>
    state.states.length > 0 ? steppingIn(state.states) : state.role === 'hook' || state.role === 'store' ? [state] : [],
  );

const deadShape = ({ name, detail, reason }: DeadEntry, path: string): Shape => ({
  path,
  role: 'dead',
  phase: undefined,
  title: name,
  detail: [detail, `never runs: ${reason}`].filter((each) => each !== undefined).join(' – '),
  open: undefined,
  shapes: [],
});

const deadFor = (entry: DeadEntry, i: number): Shape =>
  deadShape({ ...entry, name: `${entry.list}: ${entry.name}` }, `never.dead${i}`);

/** What no way leads to, in a box of its own. */
const aside = (path: string, title: string, shapes: readonly Shape[]): Shape => ({
  path,
  role: 'aside',
  phase: undefined,
  title,
  detail: undefined,
  open: undefined,
  shapes,
});

function linesOf(chart: Chart, shownAs: ReadonlyMap<string, string>): readonly Line[] {
  const lines = new Map<string, { from: string; to: string; quiet: boolean; events: string[] }>();
  for (const way of chart.ways) {
    const [from, to] = [shownAs.get(way.from) ?? way.from, shownAs.get(way.to) ?? way.to];
    // What happens within a closed box is not drawn.
    if (from === to && from !== way.from) continue;
    const quiet = leadsBack(way);
    const key = `${from} ${to} ${quiet}`;
    const line = lines.get(key) ?? { from, to, quiet, events: [] };
    if (!line.events.includes(way.event)) line.events.push(way.event);
    lines.set(key, line);
  }
  return [...lines.values()].map((line) => ({ ...line, label: line.events.map(sayEvent).join(' / ') }));
}
