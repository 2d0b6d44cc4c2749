import { HookError } from '../../hook/hook-error.ts';
import { SallyportError } from '../../kernel/error.ts';
import type { FollowParts } from '../parts.ts';
import { callHook, hookAt, passedBy } from './call-hook.ts';
import { hookOutsideApi } from './hook-outside-api.ts';
import type { FlowRun, FollowedValues, StepResult, WrittenValues } from '../values.ts';
import type { Position } from '../machine/compiled-flow.ts';

/** Calls a hook after the commit: whatever it does, the person's answer stands. */
export async function followStep(
  parts: FollowParts,
  { flow, request }: FlowRun,
  written: WrittenValues,
  at: Position,
  values: FollowedValues,
): Promise<StepResult<FollowedValues>> {
  const bound = hookAt(flow, at);
  if (bound === undefined) return passedBy(values);
  const goesOn: StepResult<FollowedValues> = { event: { type: 'hook.continue' }, values };
  // A hidden duplicate created no account: hooks that report it elsewhere are skipped; hooks that only choose the next
  // page still run, so that both cases lead to the same one.
  if (written.hiddenDuplicate && bound.meta.onlyLeads !== true) return goesOn;
  try {
    const reach = hookOutsideApi(parts, request, at, written.identity, bound);
    const verdict = await callHook(parts, 'follow', bound, { request, at, known: written }, reach);
    if (verdict.kind === 'redirect')
      return { event: { type: 'hook.redirect' }, values: { ...values, redirectTo: verdict.to } };
    return {
      event: { type: 'hook.continue' },
      values: { ...values, offers: [...values.offers, ...(verdict.offer ?? [])] },
    };
  } catch (error) {
    // Everything is stored already: the failure is reported and the next hook runs. The caller has reported the hook's
    // own faults.
    if (!(error instanceof SallyportError && error.cause instanceof HookError))
      parts.report(error, { flow: request.row.id, state: at.path });
    return goesOn;
  }
}
