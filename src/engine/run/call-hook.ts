import type { BoundHook } from '../../hook/bound-hook.ts';
import type { ReachIn } from '../../hook/define.ts';
import { buildFacts } from '../../hook/facts.ts';
import type { Phase, VerdictIn } from '../../kernel/verdict.ts';
import type { CompiledFlow, Position } from '../machine/compiled-flow.ts';
import { stepAt } from '../machine/snapshot.ts';
import type { Runner } from '../parts.ts';
import type { FlowRequest, StepResult } from '../values.ts';
import { factsOf, type FactsRunner, type Known } from './hook-facts.ts';

/** A hook that was removed from the configuration after the flow was begun: it is passed by. */
export const passedBy = <Gathered>(
  values: Gathered,
): StepResult<Gathered> & { readonly event: { type: 'hook.continue' } } => ({
  event: { type: 'hook.continue' },
  values,
  note: 'skipped: removed',
});

/** The hook whose state a flow stands on; undefined: the configuration has it no more. */
export function hookAt(flow: CompiledFlow, at: Position): BoundHook | undefined {
  const step = stepAt(at);
  if (step.do !== 'hook') throw new Error(`State ${at.path} is no hook.`);
  return flow.hook(step);
}

/**
 * Calls a hook with its facts and with what its phase may reach. The types of `reach` and of the verdict belong to the
 * phase: nothing inside the transaction reaches the network, and nothing outside it writes.
 */
export function callHook<P extends Phase>(
  runner: FactsRunner & Pick<Runner, 'hooks'>,
  phase: P,
  bound: BoundHook,
  { request, at, known }: { readonly request: FlowRequest; readonly at: Position; readonly known: Known },
  reach: ReachIn[P],
): Promise<VerdictIn[P]> {
  return runner.hooks.call(bound, phase, buildFacts(factsOf(runner, request, at, bound, known)), reach);
}
