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
import { must } from '../../kernel/error.ts';
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
  const named = new Map<string, BoundHook>();
  const stepsOf = (list: string): PhaseSteps => {
    const ofPhase = (phase: Phase): readonly Named[] =>
      hooksOf(list)
        .filter((hook) => hook.phase === phase)
        .map((hook): Named => {
          named.set(`${list}/${phase}/${hook.key}`, hook);
          return { name: hook.key, step: { do: 'hook', phase, list, hook: hook.key } };
        });
    return { prepare: ofPhase('prepare'), write: ofPhase('write'), follow: ofPhase('follow') };
  };
  const config = define(stepsOf);
  // FlowConfig says less than XState's own type would allow, in shapes its inference does not follow.
  const machine = flow.createMachine({ ...config, context: emptyContext } as never) as unknown as Machine;
  const shape = createHash('sha256').update(JSON.stringify(config)).digest('hex').slice(0, 16);
  const hook = ({ phase, list, hook: key }: HookStep): BoundHook =>
    must(named.get(`${list}/${phase}/${key}`), `Hook ${key} of ${list}`);
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
    hook,
    claims: (method) =>
      of(method, 'prepare').some((each) => each.hook.claims) ? sum(of(method, 'prepare')) + FOLLOW_GRACE : 0,
    mayUndo: (at) => undoable.has(at.path.split('.').slice(0, -1).join('.')),
    followLimit: (at) => sum(of(at.path.split('.')[1] ?? '', 'follow')),
  };
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
