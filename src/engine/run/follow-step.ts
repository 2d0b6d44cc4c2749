import type { FlowEvent } from '../../flow/flow-grammar.ts';
import { buildFacts } from '../../hook/facts.ts';
import { HookFault } from '../../hook/hook-error.ts';
import { SallyportError } from '../../kernel/error.ts';
import type { CompiledFlow } from '../machine/compile.ts';
import { outsideOf } from '../outside.ts';
import type { Runner } from '../parts.ts';
import type { Submission } from './submission.ts';
import { factsOf } from './call-hook.ts';
import { stepAt, type Position } from '../machine/snapshot.ts';

/** Calls a hook after the commit: whatever it does, the person's answer stands. */
export async function followStep(
  runner: Runner,
  flow: CompiledFlow,
  request: Submission,
  at: Position,
): Promise<FlowEvent> {
  const step = stepAt(at);
  if (step.do !== 'hook') throw new Error(`State ${at.path} is no hook, yet it follows.`);
  const bound = flow.hook(step);
  // Nobody registered: what others are told of it would be untrue. What leads the person on is the same for both.
  if (request.shadow && bound.meta.onlyLeads !== true) return { type: 'hook.continue' };
  try {
    const verdict = await runner.hooks.call(
      bound,
      'follow',
      buildFacts(factsOf(runner, request, at, bound)),
      outsideOf(runner, request, bound),
    );
    if (verdict.kind === 'redirect') {
      request.to = verdict.to;
      return { type: 'hook.redirect' };
    }
    request.offers = [...request.offers, ...(verdict.offer ?? [])];
  } catch (error) {
    // The person is registered or signed in already: a hook that fails now is reported, and the next one runs.
    // The caller has told of the hook's own faults already.
    if (!(error instanceof SallyportError && error.cause instanceof HookFault))
      runner.report(error, { flow: request.row.id, state: at.path });
  }
  return { type: 'hook.continue' };
}
