import type { FlowKind } from '../../flow/flow.ts';
import { must } from '../../kernel/error.ts';
import type { Unit } from '../../store/store.ts';
import type { Outcome } from '../contract.ts';
import { journalRow, rowAfter, unlessMoved } from '../journal/journal.ts';
import type { CompiledFlow, Position } from '../machine/compiled-flow.ts';
import { advance, freeze, openFlow } from '../machine/snapshot.ts';
import type { Runner } from '../parts.ts';
import { takeFlow } from '../store-steps/flow-budget.ts';
import { forgiveTries } from '../store-steps/rate-limits.ts';
import { keepExchange, wantsExchange } from '../store-steps/session-token-exchange.ts';
import { consumeProviderAnswer, keepVault } from '../store-steps/vault.ts';
import { newRow } from '../store-steps/open-at.ts';
import { currentOutcome, outcomeOf, passageOf } from './outcome.ts';
import { runPhases, type Committed, type OnReached } from './phases.ts';
import { flowRequest, type FlowRequest, type FlowRun, type Prepared, type Written } from '../values.ts';

/** The flow that ends: where the request found it, and its prepare leg, which ended on the final state `continued`. */
interface Ending {
  readonly found: Position;
  readonly prepared: Prepared;
}

/**
 * The subject belongs to the other kind of flow: this row ends and that machine's begins, in one transaction, with what
 * was learned and through that machine's `before` hooks and lanes alone. One journal row names both flows.
 */
export async function continueInOtherFlow(
  runner: Runner,
  from: FlowRun,
  ending: Ending,
  onReached: OnReached,
): Promise<Outcome> {
  const { request } = from;
  await takeFlow(runner, request.requester);
  const { opening, values } = must(ending.prepared.values.continuesIn, 'Where the flow continues');
  const kind: FlowKind = opening === 'open.complete' ? 'registration' : 'login';
  const flow = must(runner.flows.get(kind), `Machine of ${kind}`);
  const next: FlowRun = { flow, request: nextRequest(runner, from, ending, flow), hookFailures: 'fatal' };
  const { draft, messages } = ending.prepared.at.context;
  const method = request.strategy?.method ?? null;
  // An app's codes belong to the flow it began.
  const origin = wantsExchange(request.row) ? { origin: ending.found.context.values['origin'] ?? request.row.id } : {};
  const event = { type: opening, method, draft, values: { ...values, ...origin }, messages };
  return runPhases(runner, next, openFlow(flow, event), {
    instead: (prepared) => (prepared.at.finished ? turnBack(runner, from, ending, prepared) : undefined),
    opens: (unit, prepared) => open(runner, from, ending, next.request, prepared, unit),
    commit: (unit, prepared, written) => commit(runner, from, ending, next, unit, prepared, written),
    moved: () => currentOutcome(runner, request.row),
    // The record of the failure says how far both flows came.
    async failed(_error, { steps, identityId }) {
      onReached({ steps: [...ending.prepared.steps, ...steps], identityId });
    },
  });
}

function nextRequest(runner: Runner, { request }: FlowRun, { prepared }: Ending, flow: CompiledFlow): FlowRequest {
  const { row, requester, body, transientPayload, strategy, trigger } = request;
  const { kind } = flow;
  const next = newRow(runner, flow, {
    kind,
    type: row.type,
    requestUrl: row.requestUrl,
    csrf: row.csrf,
    opening: 'open',
    requester,
    schemaId: row.schemaId,
  });
  return flowRequest(next, requester, {
    trigger,
    body,
    transientPayload,
    strategy: (runner.strategies.get(kind) ?? []).find(({ method }) => method === strategy?.method),
    providerResult: prepared.values.writes?.providerResult,
  });
}

/** In the transaction, first: the old row ends, the new one stands where its prepare phase came to. */
async function open(
  runner: Runner,
  { flow, request }: FlowRun,
  { prepared: ended }: Ending,
  next: FlowRequest,
  prepared: Prepared,
  unit: Unit,
): Promise<void> {
  const passage = passageOf({ request, prepared: ended, written: undefined });
  await unit.flows.save(rowAfter(runner, flow, passage, ended.at, request.row.revision + 1));
  await consumeProviderAnswer(unit, request, ended.values);
  await unit.flows.insert({ ...next.row, ...freeze(prepared.at) });
  await keepVault(runner, ended.values.writes, unit, next.row);
}

async function commit(
  runner: Runner,
  from: FlowRun,
  { prepared: ended }: Ending,
  { flow, request }: FlowRun,
  unit: Unit,
  prepared: Prepared,
  leg: Written,
): Promise<Committed> {
  const passage = passageOf({ request, prepared, written: leg });
  const before = passageOf({ request: from.request, prepared: ended, written: undefined });
  const row = rowAfter(runner, flow, passage, leg.at, request.row.revision + 1);
  await unit.flows.save(row);
  const exchangeCode = await keepExchange(runner, request, leg, unit);
  if (leg.at.phase === 'follow') {
    await unit.flows.record({ ...journalRow(runner, before, ended.at), otherFlowId: row.id });
  } else {
    const record = journalRow(runner, passage, leg.at);
    await unit.flows.record({ ...record, otherFlowId: before.row.id, steps: [...before.steps, ...record.steps] });
  }
  await forgiveTries(runner, request, leg, unit.limits);
  return { written: { ...leg, values: { ...leg.values, exchangeCode } }, row };
}

/** A `before` hook of the target flow refused: the original flow returns to its page, and no new flow is stored. */
async function turnBack(
  runner: Runner,
  { flow, request }: FlowRun,
  { found, prepared: ended }: Ending,
  stopped: Prepared,
): Promise<Outcome> {
  const { row, trigger, strategy } = request;
  const checking = advance(flow, found, { type: trigger.type, method: strategy?.method ?? null });
  const { messages } = stopped.at.context;
  const at = advance(flow, checking, { type: 'strategy.reject', values: {}, messages });
  const prepared: Prepared = {
    ...ended,
    at,
    steps: [...ended.steps, ...stopped.steps],
    values: { ...ended.values, redirectTo: stopped.values.redirectTo },
  };
  const course = { request, prepared, written: undefined };
  const saved = rowAfter(runner, flow, passageOf(course), at, row.revision + 1);
  const moved = await runner.store
    .transaction(async (unit) => {
      await unit.flows.save(saved);
      await consumeProviderAnswer(unit, request, prepared.values);
      await unit.flows.record(journalRow(runner, passageOf(course), at));
      return true;
    })
    .catch(unlessMoved);
  if (moved === undefined) return currentOutcome(runner, row);
  return outcomeOf(course, saved, at, undefined, true);
}
