import type { FlowRow, JournalOutcome, JournalRow, JournalStep } from '../../flow/flow.ts';
import {
  causeOf,
  contextDigest,
  failedOutcome,
  outcomeText,
  reachedOutcome,
  rejectedOutcome,
  replacedOutcome,
  type Cause,
} from '../../flow/journal.ts';
import type { FlowId } from '../../kernel/id.ts';
import { SallyportError, type Code } from '../../kernel/error.ts';
import type { Unit } from '../../store/store.ts';
import { FOLLOW_GRACE, type CompiledFlow } from '../machine/compile.ts';
import { keepExchange } from '../store-steps/session-token-exchange.ts';
import type { Outcome } from '../contract.ts';
import type { Runner } from '../parts.ts';
import { outcome, type Submission } from '../run/submission.ts';
import { freeze, thaw, type Position } from '../machine/snapshot.ts';

/** Saves where the flow stands, and writes down how it came there unless more is to follow. */
export async function keep(
  runner: Runner,
  flow: CompiledFlow,
  request: Submission,
  at: Position,
  unit: Unit,
  revision: number,
): Promise<void> {
  await unit.flows.save(rowAfter(runner, flow, request, at, revision + 1));
  await useUp(request, unit);
  await keepExchange(runner, request, at.context.values, unit);
  if (at.phase !== 'follow') await unit.flows.record(journal(runner, request, at));
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
  at: Position,
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
    followDue: at.phase === 'follow' ? now + flow.followLimit(at) + FOLLOW_GRACE : undefined,
    busyUntil: undefined,
    updatedAt: now,
  };
}

export function journal(runner: Runner, request: Submission, at: Position, ended?: JournalOutcome): JournalRow {
  const now = runner.clock.now();
  return {
    id: rowId(runner, now),
    flowId: request.row.id,
    otherFlowId: undefined,
    kind: request.row.kind,
    method: request.strategy?.method,
    outcome: ended ?? reachedOutcome(at.path, request.steps),
    identityId: request.identity?.id ?? request.owner,
    sessionId: request.issued?.session.id,
    steps: ended === undefined ? sealed(request, at) : request.steps,
    at: now,
    keepUntil: Math.max(now, request.row.expiresAt) + (kept(runner, ended) ? runner.config.journal.keep : 0),
  };
}

/** The steps, and at the end of the last one what the context was: so a replay can tell whether it is the one stored. */
function sealed({ row, steps }: Submission, at: Position): readonly JournalStep[] {
  const last = steps.at(-1);
  return last === undefined
    ? steps
    : [...steps.slice(0, -1), { ...last, context: contextDigest(freeze(at).context, row.id) }];
}

/** Begins with the time, so that the newest rows are found along the primary key. */
const rowId = ({ random }: Runner, now: number): string => `${now.toString(36).padStart(9, '0')}-${random.uuid()}`;

/** `journal.sample` of the flows stay after their lifespan; every failed one does. */
function kept({ config, random }: Runner, failed: JournalOutcome | undefined): boolean {
  const { sample } = config.journal;
  return failed !== undefined || sample >= 1 || random.bytes(4).readUInt32BE(0) / 2 ** 32 < sample;
}

/** Rows of a flow after which refusals are no longer written down. */
const MOST_ROWS = 50;

/** A submit that failed leaves no trace but this one, which says where. */
export async function recordFailure(runner: Runner, request: Submission, at: Position, error: unknown): Promise<void> {
  // A server that has too much to do does not write about it: that would be more still.
  if (error instanceof SallyportError && error.code === 'overloaded') return;
  if (request.steps.length === 0) return await recordRefusal(runner, request.row, causeOf(error));
  await write(runner, journal(runner, request, at, failedOutcome(causeOf(error))));
}

/**
 * Records what stopped a request before the machine moved. Once a flow and code, so that nobody fills the journal by
 * being rejected again and again.
 */
export async function recordRefusal(runner: Runner, row: FlowRow, cause: Cause): Promise<void> {
  const record = stray(runner, row, rejectedOutcome(cause), undefined);
  if (cause.code === AWAY) return runner.unwritten.add(record);
  const known = await runner.store.flows.journal(row.id).catch(() => []);
  if (
    known.length >= MOST_ROWS ||
    known.some(({ outcome: { kind, code } }) => kind === 'rejected' && code === cause.code)
  )
    return;
  await write(runner, record);
}

/** The flow was over when something was sent to it, and another one was begun in its place. */
export async function recordReplaced(runner: Runner, row: FlowRow, by: FlowId): Promise<void> {
  const known = await runner.store.flows.journal(row.id).catch(() => []);
  if (known.length < MOST_ROWS) await write(runner, stray(runner, row, replacedOutcome, by));
}

function stray(runner: Runner, row: FlowRow, ended: JournalOutcome, otherFlowId: FlowId | undefined): JournalRow {
  const now = runner.clock.now();
  const { id: flowId, kind, identityId } = row;
  const keepUntil = Math.max(now, row.expiresAt) + runner.config.journal.keep;
  return { id: rowId(runner, now), flowId, otherFlowId, kind, method: undefined, outcome: ended, identityId, sessionId: undefined, steps: [], at: now, keepUntil }; // prettier-ignore
}

/** Never in the way of the answer: what cannot be written now waits until it can. */
async function write({ store, unwritten, report }: Runner, row: JournalRow): Promise<void> {
  if (row.outcome.code === AWAY) return unwritten.add(row); // it would only wait once more
  await store
    .transaction((unit) => unit.flows.record(row))
    .catch((error: unknown) => {
      unwritten.add(row);
      report(error, { flow: row.flowId, state: outcomeText(row.outcome) });
    });
}

/** The error of a database that cannot be written. */
const AWAY: Code = 'unavailable';

export function unlessMoved(error: unknown): undefined {
  if (error instanceof SallyportError && error.code === 'flow_moved') return undefined;
  throw error;
}

/** What stands there now that another submit has won. */
export async function standing(runner: Runner, flow: CompiledFlow, { row }: Submission): Promise<Outcome> {
  const now = await runner.store.flows.find(row.id);
  if (now === undefined) throw new SallyportError('flow_not_found', 'The flow no longer exists.');
  const at = thaw(flow, now);
  const answer = outcome(at.rests ? 'moved' : 'finished', now, at);
  // The form shows what the other one has stored.
  const changed = now.kind === 'settings' && now.identityId !== undefined;
  return changed ? { ...answer, identity: await runner.store.identities.find(now.identityId) } : answer;
}
