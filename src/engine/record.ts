import type { FlowRow, JournalRow } from '../flow/flow.ts';
import { SallyportError } from '../kernel/error.ts';
import type { Unit } from '../store/store.ts';
import { FOLLOW_GRACE, type CompiledFlow } from './compile.ts';
import { outcome, type Outcome, type Runner, type Submission } from './runner.ts';
import { freeze, pathOf, phaseOf, rests, thaw, type Snapshot } from './snapshot.ts';

/** Saves where the flow stands, and writes down how it came there unless more is to follow. */
export async function keep(
  runner: Runner,
  flow: CompiledFlow,
  request: Submission,
  at: Snapshot,
  unit: Unit,
  revision: number,
): Promise<void> {
  await unit.flows.save(rowAfter(runner, flow, request, at, revision + 1));
  await useUp(request, unit);
  if (phaseOf(at) !== 'follow') await unit.flows.record(journal(runner, request, at));
}

/** A provider's answer counts once, whatever became of it. A page that sent the person away again has kept a new entry. */
export async function useUp({ row, returned, away }: Submission, unit: Unit): Promise<void> {
  if (returned && away === undefined) await unit.vault.consume(row.id, 'away');
}

/** The row as it is to be saved. */
export function rowAfter(
  runner: Runner,
  flow: CompiledFlow,
  request: Submission,
  at: Snapshot,
  revision: number,
): FlowRow {
  const now = runner.clock.now();
  return {
    ...request.row,
    ...freeze(at),
    identityId: request.identity?.id ?? request.owner,
    sessionId: request.issued?.session.id ?? request.row.sessionId,
    shape: flow.shape,
    revision,
    followDue: phaseOf(at) === 'follow' ? now + flow.followLimit(at) + FOLLOW_GRACE : undefined,
    busyUntil: undefined,
    updatedAt: now,
  };
}

export function journal(runner: Runner, request: Submission, at: Snapshot, ended?: string): JournalRow {
  const now = runner.clock.now();
  return {
    id: runner.random.uuid(),
    flowId: request.row.id,
    otherFlowId: undefined,
    kind: request.row.kind,
    method: request.strategy?.method,
    outcome: ended ?? pathOf(at),
    identityId: request.identity?.id ?? request.owner,
    sessionId: request.issued?.session.id,
    steps: request.steps,
    at: now,
    keepUntil: Math.max(now, request.row.expiresAt) + (kept(runner, ended) ? runner.config.journal.keep : 0),
  };
}

/** `journal.sample` of the flows stay after their lifespan; every failed one does. */
function kept({ config, random }: Runner, failed: string | undefined): boolean {
  const { sample } = config.journal;
  return failed !== undefined || sample >= 1 || random.bytes(4).readUInt32BE(0) / 2 ** 32 < sample;
}

export function unlessMoved(error: unknown): undefined {
  if (error instanceof SallyportError && error.code === 'flow_moved') return undefined;
  throw error;
}

/** What stands there now that another submit has won. */
export async function standing(runner: Runner, flow: CompiledFlow, { row }: Submission): Promise<Outcome> {
  const now = await runner.store.flows.find(row.id);
  if (now === undefined) throw new SallyportError('flow_not_found', 'The flow is gone.');
  const at = thaw(flow, now);
  const answer = outcome(rests(at) ? 'moved' : 'finished', now, at);
  // The form shows what the other one has stored.
  const changed = now.kind === 'settings' && now.identityId !== undefined;
  return changed ? { ...answer, identity: await runner.store.identities.find(now.identityId) } : answer;
}
