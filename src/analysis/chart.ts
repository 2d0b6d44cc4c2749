import type { Config } from '../config/config.ts';
import type { FlowKind } from '../flow/flow.ts';
import type { FlowState, Meta, States } from '../flow/flow-grammar.ts';
import type { Bound, BoundHook } from '../hook/bound-hook.ts';
import { verdictsOf } from '../hook/define.ts';
import type { Phase } from '../kernel/verdict.ts';
import type { CompiledFlow } from '../engine/machine/compiled-flow.ts';

export interface Edge {
  /** Events that lead there, in the machine's order; one way, however many words for it. */
  readonly events: readonly string[];
  readonly to: string;
}

/** A leaf of a machine: what stands there, and the ways that can really be taken out of it. */
export interface ChartState {
  /** `form.password.prepare.company_only` */
  readonly path: string;
  readonly stands: 'opening' | 'rest' | Phase | 'final';
  readonly meta: Meta | undefined;
  /** The hook that is this state. */
  readonly hook: BoundHook | undefined;
  readonly edges: readonly Edge[];
}

/** A compiled machine as a flat graph over its state values, without what its hooks can never say. */
export interface Chart {
  readonly kind: FlowKind;
  readonly flow: CompiledFlow;
  readonly states: ReadonlyMap<string, ChartState>;
}

/** Reads a machine; ways in that the configuration closes are left out. */
export function chartOf(flow: CompiledFlow, config: Config, bound: Bound): Chart {
  const { states } = flow.config;
  const found = new Map<string, ChartState>();
  for (const { path, state, stands } of leaves(states, [], undefined)) {
    const { meta } = state;
    const hook = meta !== undefined && 'do' in meta && meta.do === 'hook' ? flow.hook(meta) : undefined;
    const here = path.join('.');
    const said = Object.entries(state.on ?? {}).filter(([event]) =>
      stands === 'opening' ? isOpen(flow.kind, event, config, bound) : hook === undefined || says(hook, event),
    );
    const ways = new Map<string, string[]>();
    for (const [event, { target }] of said) {
      const to = entryOf(states, target.replace(/^#flow\./, '').split('.')).join('.');
      ways.set(to, [...(ways.get(to) ?? []), event]);
    }
    const edges = [...ways].map(([to, events]): Edge => ({ events, to }));
    found.set(here, { path: here, stands, meta, hook, edges });
  }
  return { kind: flow.kind, flow, states: found };
}

const says = ({ hook, meta, phase }: BoundHook, event: string): boolean =>
  verdictsOf(hook, meta, phase).some((kind) => event === `hook.${kind}`);

/** Whether anybody, or the server itself, may begin a flow this way. */
function isOpen(kind: FlowKind, way: string, { flows }: Config, bound: Bound): boolean {
  if (kind === 'registration') return flows.registration.enabled;
  if (kind === 'recovery') return flows.recovery.enabled;
  if (kind !== 'verification' || flows.verification.enabled) return true;
  // Verification that is switched off still takes the mails that a hook sends.
  return way !== 'open' && bound.lanes.some(({ write }) => write.some(({ meta }) => meta.startsVerification === true));
}

interface Leaf {
  readonly path: readonly string[];
  readonly state: FlowState;
  readonly stands: ChartState['stands'];
}

function* leaves(states: States, above: readonly string[], tag: 'rest' | Phase | undefined): Generator<Leaf> {
  for (const [name, state] of Object.entries(states)) {
    const path = [...above, name];
    const own = state.tags?.[0] ?? tag;
    if (state.states !== undefined) yield* leaves(state.states, path, own);
    else yield { path, state, stands: own ?? (state.type === 'final' ? 'final' : 'opening') };
  }
}

/** Where a way into a box really arrives: its first state. */
function entryOf(states: States, path: readonly string[]): readonly string[] {
  let at: FlowState | undefined = { states };
  for (const key of path) at = at?.states?.[key];
  return at?.initial === undefined ? path : entryOf(states, [...path, at.initial]);
}
