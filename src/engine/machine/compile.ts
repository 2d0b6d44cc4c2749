import { createHash } from 'node:crypto';
import type { FlowKind } from '../../flow/flow.ts';
import {
  emptyContext,
  flow,
  type FlowConfig,
  type HookStep,
  type PhaseSteps,
  type Named,
  type States,
  type What,
} from '../../flow/flow-grammar.ts';
import { limitOf } from '../../hook/define.ts';
import type { BoundHook } from '../../hook/bound-hook.ts';
import type { Phase } from '../../kernel/verdict.ts';
import type { CompiledFlow, Machine } from './compiled-flow.ts';

/** Added to the limits of hooks before somebody else may take a row over. */
export const FOLLOW_GRACE = 5_000;

/** Turns a flow file and its lists of hooks into the machine that is run, drawn and tested. */
export function compile(
  kind: FlowKind,
  define: (stepsOf: (list: string) => PhaseSteps) => FlowConfig,
  hooksOf: (list: string) => readonly BoundHook[],
): CompiledFlow {
  const stepsOf = (list: string): PhaseSteps => {
    const ofPhase = (phase: Phase): readonly Named[] =>
      hooksOf(list)
        .filter((hook) => hook.phase === phase)
        .map(({ key }): Named => ({ name: key, step: { do: 'hook', phase, list, hook: key } }));
    return { prepare: ofPhase('prepare'), write: ofPhase('write'), follow: ofPhase('follow') };
  };
  return compileGrammar(kind, define(stepsOf), hooksOf);
}

/** Makes the machine of a grammar, perhaps of one that an earlier configuration had: its hooks are today's entries. */
export function compileGrammar(
  kind: FlowKind,
  config: FlowConfig,
  hooksOf: (list: string) => readonly BoundHook[],
): CompiledFlow {
  const hookSteps = hookStepsIn(config.states);
  const nameOf = ({ phase, list, hook }: HookStep): string => `${list}/${phase}/${hook}`;
  const named = new Map(
    hookSteps.flatMap((step) => {
      const found = hooksOf(step.list).find(({ phase, key }) => phase === step.phase && key === step.hook);
      return found === undefined ? [] : [[nameOf(step), found] as const];
    }),
  );
  // FlowConfig says less than XState's own type would allow, in shapes its inference does not follow.
  const machine = flow.createMachine({ ...config, context: emptyContext } as never) as unknown as Machine;
  const shape = createHash('sha256').update(JSON.stringify(config)).digest('hex').slice(0, 16);
  const bound = [...named.values()];
  const sum = (hooks: readonly BoundHook[]): number =>
    hooks.reduce((total, { hook: each, phase }) => total + limitOf(each, phase), 0);
  const of = (method: string, phase: Phase): readonly BoundHook[] =>
    bound.filter((each) => each.phase === phase && each.list === `${kind}.after.${method}`);
  const undoable = new Set(undoableBoxes(config.states));
  return {
    kind,
    machine,
    config,
    shape,
    hookSteps,
    methods: methodsIn(config.states),
    hook: (step) => named.get(nameOf(step)),
    claims: (method) =>
      of(method, 'prepare').some((each) => each.hook.claims) ? sum(of(method, 'prepare')) + FOLLOW_GRACE : 0,
    mayUndo: (at) => undoable.has(at.path.split('.').slice(0, -1).join('.')),
    followLimit: (at) => sum(of(at.path.split('.')[1] ?? '', 'follow')),
  };
}

/** Every hook state, each hook of a list once. */
function hookStepsIn(states: States): readonly HookStep[] {
  const all = Object.values(states).flatMap(({ meta, states: inner = {} }): readonly HookStep[] =>
    meta !== undefined && 'do' in meta && meta.do === 'hook' ? [meta] : hookStepsIn(inner),
  );
  return [...new Map(all.map((step) => [`${step.list}/${step.phase}/${step.hook}`, step])).values()];
}

const ACCEPT = 'accept.';

/** The methods that a page has a lane for. */
function methodsIn(states: States): ReadonlySet<string> {
  const all = Object.values(states).flatMap(({ on = {}, states: inner = {} }): readonly string[] => [
    ...Object.keys(on).flatMap((event) => (event.startsWith(ACCEPT) ? [event.slice(ACCEPT.length)] : [])),
    ...methodsIn(inner),
  ]);
  return new Set(all);
}

/** Stores that write one row, as the last thing they do. */
const LONE: readonly What[] = ['session', 'flow'];

/** The paths of boxes that write more than one row. */
function undoableBoxes(states: States, path: readonly string[] = []): readonly string[] {
  return Object.entries(states).flatMap(([name, { tags, states: inner = {} }]) => {
    const here = [...path, name];
    if (tags?.includes('write') !== true) return undoableBoxes(inner, here);
    const steps = Object.values(inner).map(({ meta }) => meta);
    const lone = steps.every((step) => step !== undefined && 'what' in step && LONE.includes(step.what));
    return steps.length === 1 && lone ? [] : [here.join('.')];
  });
}
