import type { FlowKind } from '../flow/flow.ts';
import type { MachineGraph, GraphState, Edge } from '../engine/machine/graph.ts';

export interface TrailStep {
  readonly state: string;
  readonly event: string;
  readonly to: string;
}

/** One way through a machine. */
export interface Trail {
  readonly flow: FlowKind;
  readonly steps: readonly TrailStep[];
}

export interface Search {
  readonly from: string;
  readonly goal: (state: GraphState) => boolean;
  /** Ways not to take. */
  readonly skip?: (state: GraphState, edge: Edge) => boolean;
  /** Events not to use; an edge that has others stays. */
  readonly without?: (event: string) => boolean;
}

/** The shortest way from a state to one that is looked for, breadth first over state values. */
export function shortest(graph: MachineGraph, { from, goal, skip, without }: Search): Trail | undefined {
  const came = new Map<string, TrailStep | undefined>([[from, undefined]]);
  const queue = [from];
  for (const path of queue) {
    const state = graph.states.get(path);
    if (state === undefined) continue;
    if (goal(state)) return { flow: graph.kind, steps: stepsTo(path, came) };
    for (const edge of state.edges) {
      const event = without === undefined ? edge.events[0] : edge.events.find((each) => !without(each));
      if (event === undefined || came.has(edge.to) || skip?.(state, edge) === true) continue;
      came.set(edge.to, { state: path, event, to: edge.to });
      queue.push(edge.to);
    }
  }
  return undefined;
}

/** Every state that can be reached from the beginning. */
export function reachable(graph: MachineGraph, from = 'opening'): ReadonlySet<string> {
  const seen = new Set([from]);
  for (const path of seen) for (const { to } of graph.states.get(path)?.edges ?? []) seen.add(to);
  return seen;
}

export function joined(first: Trail, second: Trail): Trail {
  return { flow: first.flow, steps: [...first.steps, ...second.steps] };
}

function stepsTo(end: string, came: ReadonlyMap<string, TrailStep | undefined>): readonly TrailStep[] {
  const steps: TrailStep[] = [];
  for (let step = came.get(end); step !== undefined; step = came.get(step.state)) steps.unshift(step);
  return steps;
}

/** A line for each step, as the text report prints it. */
export function writeTrail({ flow, steps }: Trail): readonly string[] {
  const wide = Math.max(0, ...steps.map(({ event }) => event.length));
  return [flow, ...steps.map(({ event, to }) => `  ${event.padEnd(wide)} → ${to}`)];
}

/** The same as a Mermaid state diagram. */
export function drawTrail({ steps }: Trail): string {
  const id = (path: string): string => path.replaceAll(/[.~-]/g, '_');
  const names = [...new Set(steps.flatMap(({ state, to }) => [state, to]))];
  const lines = [
    'stateDiagram-v2',
    ...names.map((name) => `  state "${name}" as ${id(name)}`),
    ...(steps[0] ? [`  [*] --> ${id(steps[0].state)}`] : []),
    ...steps.map(({ state, event, to }) => `  ${id(state)} --> ${id(to)}: ${event}`),
  ];
  return `${lines.join('\n')}\n`;
}
