import { readConfiguration } from '../../src/app/configuration.ts';
import { compile } from '../../src/engine/machine/compile.ts';
import type { FlowKind } from '../../src/flow/flow.ts';
import type { FlowConfig, PhaseSteps } from '../../src/flow/flow-grammar.ts';
import type { BoundHook } from '../../src/hook/bound-hook.ts';
import type { HookMeta } from '../../src/hook/define.ts';
import type { Phase } from '../../src/kernel/verdict.ts';
import { graphFor, subjectOf, type Subject } from '../../src/analysis/subject.ts';

type Define = (stepsOf: (list: string) => PhaseSteps) => FlowConfig;
interface ListedHook {
  readonly name: string;
  readonly phase: Phase;
  readonly meta?: HookMeta;
}
type Lists = Readonly<Record<string, readonly ListedHook[]>>;

/** The subject of an empty configuration, with machines and hooks put in place of its own. */
export async function subjectWith(machines: Partial<Record<FlowKind, Define>>, lists: Lists = {}): Promise<Subject> {
  const { configuration, at } = await readConfiguration({ files: [], env: {}, cwd: '/', command: 'check', dev: false });
  if (configuration === undefined) throw new Error('An empty configuration is a good one.');
  const own = subjectOf(configuration, at);
  const hooksOf = (list: string): readonly BoundHook[] => (lists[list] ?? []).map((hook) => boundHook(list, hook));
  const graphs = Object.entries(machines).map(([kind, define]) => {
    const flow = compile(kind as FlowKind, define, hooksOf); // keys of the record
    return [flow.kind, graphFor(flow, configuration.config, configuration.bound)] as const;
  });
  return { ...own, graphs: new Map([...own.graphs, ...graphs]) };
}

function boundHook(list: string, { name, phase, meta = {} }: ListedHook): BoundHook {
  const [flow = '', point = '', method] = list.split('.');
  const at = { path: `${list}/${name}`, place: undefined };
  return {
    name,
    key: name,
    phase,
    point: `${flow}.${point}` as BoundHook['point'], // names of lists
    list,
    method: method as BoundHook['method'],
    config: undefined,
    hook: { name, at: {}, timeoutMs: 1, run: {} },
    meta,
    entry: { hook: name, id: undefined, config: undefined, ...at },
    from: { name: list, flow: 'login', point: 'after', method: undefined, dialect: 'current', path: list, entries: [] },
  };
}
