import { must } from '../../kernel/error.ts';
import type { FlowKind } from '../../flow/flow.ts';
import type { OpenedFlow, OpenRequest, Requester } from '../contract.ts';
import { journalRow } from '../journal/journal.ts';
import { freeze, openFlow } from '../machine/snapshot.ts';
import type { Runner } from '../parts.ts';
import { takeFlow } from '../store-steps/flow-budget.ts';
import { newRow } from '../store-steps/open-at.ts';
import { clientOf } from './attempt-context.ts';
import { passageOf } from './outcome.ts';
import { preparePhase } from './phases.ts';
import { flowRequest } from '../values.ts';

/** Asks the methods that the flow may come to whether they can take one more. */
export function admit(runner: Runner, kind: FlowKind, requester: Requester): void {
  if (requester.session !== undefined) return;
  const client = clientOf(requester);
  for (const strategy of runner.strategies.get(kind) ?? []) strategy.admit?.(client, undefined);
}

/**
 * Opens a flow, whatever it is opened for: its `before` hooks first, a row only when they let it pass. Throws 429 before
 * either when the network has caused too many.
 */
export async function begin(runner: Runner, beginning: OpenRequest): Promise<OpenedFlow> {
  const { kind, opening, requester, messages = [], values: typed = {} } = beginning;
  await takeFlow(runner, requester);
  const flow = must(runner.flows.get(kind), `Machine of ${kind}`);
  const request = flowRequest(newRow(runner, flow, beginning), requester);
  const opened = openFlow(flow, { type: opening, draft: null, values: typed, messages });
  const prepared = await preparePhase(runner, { flow, request, hookFailures: 'fatal' }, opened);
  const { at, values, steps } = prepared;
  if (!at.rests) {
    if (values.redirectTo !== undefined) return { kind: 'redirected', to: values.redirectTo };
    return { kind: 'refused', messages: at.context.messages };
  }
  const row = { ...request.row, ...freeze(at) };
  if (steps.length === 0) await runner.store.flows.start(row);
  else {
    await runner.store.transaction(async (unit) => {
      await unit.flows.insert(row);
      await unit.flows.record(journalRow(runner, passageOf({ request, prepared, written: undefined }), at));
    });
  }
  return { kind: 'flow', row };
}
