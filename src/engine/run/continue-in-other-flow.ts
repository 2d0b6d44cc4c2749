import type { FlowKind } from '../../flow/flow.ts';
import { must } from '../../kernel/error.ts';
import { rowFor } from './begin.ts';
import type { CompiledFlow } from '../machine/compile.ts';
import { forgiveBudgets } from '../store-steps/rate-limits.ts';
import { keepExchange, wantsExchange } from '../store-steps/session-token-exchange.ts';
import { prepareStep } from './prepare-step.ts';
import type { Outcome, SubmitTrigger } from '../contract.ts';
import type { Runner } from '../parts.ts';
import { outcome, submission, type Submission } from './submission.ts';
import { advance, freeze, start, type Position } from '../machine/snapshot.ts';
import { journal, rowAfter, standing, unlessMoved, useUp } from '../journal/journal.ts';
import { settle } from './after-commit.ts';
import { walk, type Leg } from './walk.ts';
import { keepVault } from '../store-steps/vault.ts';
import { resetWrites, writeBox } from './write-step.ts';

export interface Ending {
  /** Where the request found the flow. */
  readonly found: Position;
  readonly asked: SubmitTrigger;
  /** The final state `continued`. */
  readonly ended: Position;
  readonly revision: number;
}

/**
 * The subject belongs to the other kind of flow: this row ends and that machine's begins, in one transaction, with what
 * was learned and through that machine's `before` hooks and lanes alone. One journal row names both.
 */
export async function handOver(
  runner: Runner,
  from: CompiledFlow,
  request: Submission,
  ending: Ending,
): Promise<Outcome> {
  const { opening, values } = must(request.other, 'Where the flow goes on');
  const { row } = request;
  const kind: FlowKind = opening === 'open.complete' ? 'registration' : 'login';
  const flow = must(runner.flows.get(kind), `Machine of ${kind}`);
  const next = nextSubmission(runner, flow, request);
  const { draft, messages } = ending.ended.context;
  const method = request.strategy?.method ?? null;
  // An app's codes belong to the flow it began.
  const origin = wantsExchange(row) ? { origin: ending.found.context.values['origin'] ?? row.id } : {};
  const event = { type: opening, method, draft, values: { ...values, ...origin }, messages };
  const opened = advance(flow, start(flow), event);
  const prepared = await walk(flow, next, opened, 'prepare', (at) => prepareStep(runner, flow, next, at)).catch(
    (error: unknown) => {
      request.steps.push(...next.steps); // so that the record of the failure says how far it came
      throw error;
    },
  );
  if (prepared.at.finished) return turnBack(runner, from, request, next, ending, prepared.at);

  const passed = request.steps.length;
  const prepares = next.steps.length;
  const written = await runner.store
    .transaction(async (unit): Promise<Leg> => {
      resetWrites(next); // a deadlock runs this again
      next.steps.length = prepares;
      await unit.flows.save(rowAfter(runner, from, request, ending.ended, ending.revision + 1));
      await useUp(request, unit);
      await unit.flows.insert({ ...next.row, ...freeze(prepared.at) });
      await keepVault(runner, request, unit, next.row);
      const end = await writeBox(runner, flow, next, prepared.at, unit);
      await unit.flows.save(rowAfter(runner, flow, next, end.at, next.row.revision + 1));
      await keepExchange(runner, next, end.at.context.values, unit);
      if (end.at.phase !== 'follow') {
        const steps = [...request.steps.slice(0, passed), ...next.steps];
        await unit.flows.record({ ...journal(runner, next, end.at), otherFlowId: row.id, steps });
      } else {
        await unit.flows.record({ ...journal(runner, request, ending.ended), otherFlowId: next.row.id });
      }
      await forgiveBudgets(runner, next, end, unit);
      return end;
    })
    .catch(unlessMoved);
  if (written === undefined) return standing(runner, from, request); // another submit won
  return settle(runner, flow, next, written, next.row.revision + 1);
}

function nextSubmission(runner: Runner, flow: CompiledFlow, request: Submission): Submission {
  const { row, requester, body, transientPayload, strategy, sealed, returned } = request;
  const { kind } = flow;
  const next = rowFor(runner, flow, {
    kind,
    type: row.type,
    requestUrl: row.requestUrl,
    csrf: row.csrf,
    opening: 'open',
    requester,
    schemaId: row.schemaId,
  });
  return {
    ...submission(next, requester, body, transientPayload),
    strategy: (runner.strategies.get(kind) ?? []).find(({ method }) => method === strategy?.method),
    upstream: sealed?.providerResult,
    returned,
  };
}

/** A hook before the other flow lets nobody in: the person is back where they were, and nothing has begun. */
async function turnBack(
  runner: Runner,
  from: CompiledFlow,
  request: Submission,
  next: Submission,
  { found, asked, revision }: Ending,
  stopped: Position,
): Promise<Outcome> {
  const method = request.strategy?.method ?? null;
  const { messages } = stopped.context;
  const checking = advance(from, found, { type: asked.type, method });
  const at = advance(from, checking, { type: 'strategy.reject', values: {}, messages });
  request.to = next.to;
  request.refused = true;
  request.steps.push(...next.steps);
  const saved = rowAfter(runner, from, request, at, revision + 1);
  const moved = await runner.store
    .transaction(async (unit) => {
      await unit.flows.save(saved);
      await useUp(request, unit);
      await unit.flows.record(journal(runner, request, at));
      return true;
    })
    .catch(unlessMoved);
  return moved === undefined ? standing(runner, from, request) : outcome('ran', saved, at, request);
}
