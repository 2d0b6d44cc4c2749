import type { Config } from '../config/config.ts';
import { compileFlows } from '../engine/machine/compile-flows.ts';
import type { FlowKind } from '../flow/flow.ts';
import type { Bound } from '../hook/bound-hook.ts';
import type { IdentitySchemas } from '../identity/schema.ts';
import type { Methods } from '../strategy/registry.ts';
import type { Issue } from '../kernel/issue.ts';
import type { CompiledFlow } from '../engine/machine/compiled-flow.ts';
import { graphOf, type GraphState, type MachineGraph } from '../engine/machine/graph.ts';
import { readChart } from '../engine/machine/read-chart.ts';
import type { At } from './finding.ts';

/** A configuration as the proofs need it. */
export interface Proved {
  readonly config: Config;
  readonly bound: Bound;
  readonly schemas: IdentitySchemas;
  readonly methods: Methods;
}

/** What is proved: a configuration, its machines as graphs, and where its keys stand in the file. */
export interface Subject extends Proved {
  readonly graphs: ReadonlyMap<FlowKind, MachineGraph>;
  /** Where a key stands, or the nearest key around it that was written. */
  readonly at: (key: string) => At;
  /** What the loader and the binding of hooks have said already. */
  readonly warnings: readonly Issue[];
}

export function subjectOf(
  { config, bound, schemas, methods }: Proved,
  at: Subject['at'],
  warnings: readonly Issue[] = [],
): Subject {
  const flows = compileFlows({ config, bound, methods });
  const graphs = new Map([...flows].map(([kind, flow]) => [kind, graphFor(flow, config, bound)]));
  return { config, bound, schemas, methods, graphs, at, warnings };
}

/** The graph of a machine without the ways in that the configuration closes. */
export function graphFor(flow: CompiledFlow, config: Config, bound: Bound): MachineGraph {
  return graphOf(flow, readChart(flow, bound), (way) => isOpen(flow.kind, way, config, bound));
}

/** Whether anybody, or the server itself, may begin a flow this way. */
function isOpen(kind: FlowKind, way: string, { flows }: Config, bound: Bound): boolean {
  if (kind === 'registration') return flows.registration.enabled;
  if (kind === 'recovery') return flows.recovery.enabled;
  if (kind !== 'verification' || flows.verification.enabled) return true;
  // Verification that is switched off still takes the mails that a hook sends.
  return way !== 'open' && bound.lanes.some(({ write }) => write.some(({ meta }) => meta.startsVerification === true));
}

/** `password` of `form.password.write.session`; undefined where a state belongs to no method. */
export function methodOf({ path, stands }: GraphState): string | undefined {
  const parts = path.split('.');
  return parts.length === 4 && (stands === 'prepare' || stands === 'write' || stands === 'follow')
    ? parts[1]
    : undefined;
}

/** The methods a flow's machine has lanes for, in its order. */
export function methodsOf(graph: MachineGraph | undefined): readonly string[] {
  const methods = [...(graph?.states.values() ?? [])].flatMap((state) => methodOf(state) ?? []);
  return [...new Set(methods)];
}

/** Whether a session is issued here. */
export function issues({ step, hook }: GraphState): boolean {
  if (hook !== undefined) return hook.meta.issuesSession === true && hook.phase === 'write';
  return step?.do === 'store' && step.what === 'session';
}

/** Whether what a person asked for is stored here. */
export function persists({ step }: GraphState): boolean {
  return step?.do === 'store' && step.what !== 'challenge' && step.what !== 'flow';
}

/** Every hook that can run somewhere, once. */
export function liveHooks({ graphs }: Subject): readonly NonNullable<GraphState['hook']>[] {
  const all = [...graphs.values()].flatMap(({ states }) => [...states.values()].flatMap(({ hook }) => hook ?? []));
  return [...new Map(all.map((hook) => [hook.entry.path, hook])).values()];
}
