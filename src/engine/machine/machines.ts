import type { FlowKind, FlowRow } from '../../flow/flow.ts';
import type { HookStep } from '../../flow/flow-grammar.ts';
import type { Bound, BoundHook } from '../../hook/bound-hook.ts';
import { must } from '../../kernel/error.ts';
import { compileGrammar } from './compile.ts';
import type { CompiledFlow } from './compiled-flow.ts';
import type { FormerGrammars } from './former-grammars.ts';

type Standing = Pick<FlowRow, 'kind' | 'shape' | 'followDue'>;

/**
 * Finds the machine that a stored flow goes on with: the one that it was begun with, with today's hooks, as long as this
 * process knows it; else today's (docs/decisions/0037).
 */
export function createMachineOf(
  today: ReadonlyMap<FlowKind, CompiledFlow>,
  former: Pick<FormerGrammars, 'find'>,
  bound: Pick<Bound, 'hooksOf'>,
): (row: Standing) => CompiledFlow {
  const compiled = new Map<string, CompiledFlow | undefined>();
  const formerOf = ({ kind, shape }: Standing): CompiledFlow | undefined => {
    const name = `${kind} ${shape}`;
    if (!compiled.has(name)) {
      const config = former.find(kind, shape);
      compiled.set(name, config && compileGrammar(kind, config, (list) => bound.hooksOf(list)));
    }
    return compiled.get(name);
  };
  return (row) => {
    const now = must(today.get(row.kind), `Machine of ${row.kind}`);
    if (row.shape === now.shape) return now;
    const before = formerOf(row);
    if (before === undefined) return now;
    // What is left to do after a commit is what was decided then.
    return row.followDue === undefined && mustChange(before, now, bound) ? now : before;
  };
}

/**
 * Whether a waiting flow may not go on as it was begun: a hook that lets nobody pass whose address is not verified was added,
 * or a hook that it has runs in another phase now, so that on the former machine it would not run at all.
 */
function mustChange(before: CompiledFlow, now: CompiledFlow, { hooksOf }: Pick<Bound, 'hooksOf'>): boolean {
  const has = (step: HookStep): boolean => before.hookSteps.some((each) => sameEntry(each, step));
  const guards = now.hookSteps.filter((step) => now.hook(step)?.meta.requiresVerifiedAddress === true);
  const movedTo = (step: HookStep): BoundHook | undefined =>
    before.hook(step) === undefined ? hooksOf(step.list).find(({ key }) => key === step.hook) : undefined;
  return guards.some((step) => !has(step)) || before.hookSteps.some((step) => movedTo(step) !== undefined);
}

const sameEntry = (a: HookStep, b: HookStep): boolean => a.list === b.list && a.phase === b.phase && a.hook === b.hook;
