import { leavesOf, type Chart, type ChartState } from '../../flow/chart.ts';
import type { FlowKind } from '../../flow/flow.ts';
import type { BoundHook } from '../../hook/bound-hook.ts';
import type { Phase } from '../../kernel/verdict.ts';
import type { CompiledFlow } from './compiled-flow.ts';

export interface Edge {
  /** Events that lead there, in the machine's order; one edge, however many events take it. */
  readonly events: readonly string[];
  readonly to: string;
}

/** A leaf of a machine: what stands there, and the ways that can be taken out of it. */
export interface GraphState {
  /** `form.password.prepare.company_only` */
  readonly path: string;
  readonly stands: 'opening' | 'rest' | Phase | 'final';
  readonly step: ChartState['step'];
  /** The hook that is this state. */
  readonly hook: BoundHook | undefined;
  readonly edges: readonly Edge[];
}

/** The chart of a machine as a flat graph of its leaves, for searches. */
export interface MachineGraph {
  readonly kind: FlowKind;
  readonly flow: CompiledFlow;
  readonly states: ReadonlyMap<string, GraphState>;
}

/** The graph of a chart; ways in that `isOpen` denies are left out. */
export function graphOf(flow: CompiledFlow, chart: Chart, isOpen: (way: string) => boolean): MachineGraph {
  const states = leavesOf(chart).map((state): GraphState => {
    const { path, role, step } = state;
    const ways = chart.ways.filter(({ from, event }) => from === path && (role !== 'opening' || isOpen(event)));
    const targets = new Set(ways.map(({ to }) => to));
    const edges = [...targets].map((to): Edge => ({
      to,
      events: ways.filter((way) => way.to === to).map(({ event }) => event),
    }));
    return { path, stands: standsOf(state), step, hook: step?.do === 'hook' ? flow.hook(step) : undefined, edges };
  });
  return { kind: flow.kind, flow, states: new Map(states.map((state) => [state.path, state])) };
}

function standsOf({ role, tag, phase }: ChartState): GraphState['stands'] {
  if (tag === 'rest') return tag;
  return phase ?? (role === 'final' ? 'final' : 'opening');
}
