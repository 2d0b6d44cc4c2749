import type { Config } from '../config/config.ts';
import { compileFlows } from '../engine/machine/compile-flows.ts';
import type { FlowKind } from '../flow/flow.ts';
import type { Bound } from '../hook/bound-hook.ts';
import type { IdentitySchemas } from '../identity/schema.ts';
import type { Methods } from '../strategy/registry.ts';
import type { Issue } from '../kernel/issue.ts';
import { chartOf, type Chart, type ChartState } from './chart.ts';
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
  readonly charts: ReadonlyMap<FlowKind, Chart>;
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
  const charts = new Map([...flows].map(([kind, flow]) => [kind, chartOf(flow, config, bound)]));
  return { config, bound, schemas, methods, charts, at, warnings };
}

/** `password` of `form.password.write.session`; undefined where a state belongs to no method. */
export function methodOf({ path, stands }: ChartState): string | undefined {
  const parts = path.split('.');
  return parts.length === 4 && (stands === 'prepare' || stands === 'write' || stands === 'follow')
    ? parts[1]
    : undefined;
}

/** The methods a flow's machine has lanes for, in its order. */
export function methodsOf(chart: Chart | undefined): readonly string[] {
  const methods = [...(chart?.states.values() ?? [])].flatMap((state) => methodOf(state) ?? []);
  return [...new Set(methods)];
}

/** Whether a session is issued here. */
export function issues({ meta, hook }: ChartState): boolean {
  if (hook !== undefined) return hook.meta.issuesSession === true && hook.phase === 'write';
  return meta !== undefined && 'do' in meta && meta.do === 'store' && meta.what === 'session';
}

/** Whether what a person asked for is stored here. */
export function persists({ meta }: ChartState): boolean {
  return meta !== undefined && 'do' in meta && meta.do === 'store' && meta.what !== 'challenge' && meta.what !== 'flow';
}

/** Every hook that can run somewhere, once. */
export function liveHooks({ charts }: Subject): readonly NonNullable<ChartState['hook']>[] {
  const all = [...charts.values()].flatMap(({ states }) => [...states.values()].flatMap(({ hook }) => hook ?? []));
  return [...new Map(all.map((hook) => [hook.entry.path, hook])).values()];
}
