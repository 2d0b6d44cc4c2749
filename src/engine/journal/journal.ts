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
import type { FlowId, IdentityId, SessionId } from '../../kernel/id.ts';
import { SallyportError, type Code } from '../../kernel/error.ts';
import type { CompiledFlow, Position } from '../machine/compiled-flow.ts';
import { FOLLOW_GRACE } from '../machine/compile.ts';
import type { Runner } from '../parts.ts';
import { freeze } from '../machine/snapshot.ts';

/** What of a request goes into the flow's row and journal. */
export interface Passage {
  readonly row: FlowRow;
  readonly method: string | undefined;
  /** The account whose flow it is now. */
  readonly identityId: IdentityId | undefined;
  /** The session that was issued. */
  readonly sessionId: SessionId | undefined;
  readonly steps: readonly JournalStep[];
}

/** The row as it is to be saved. */
export function rowAfter(
  { clock }: Pick<Runner, 'clock'>,
  flow: CompiledFlow,
  { row, identityId, sessionId }: Pick<Passage, 'row' | 'identityId' | 'sessionId'>,
  at: Position,
  revision: number,
): FlowRow {
  const now = clock.now();
  return {
    ...row,
    ...freeze(at),
    identityId,
    sessionId: sessionId ?? row.sessionId,
    shape: flow.shape,
    revision,
    followDue: at.phase === 'follow' ? now + flow.followLimit(at) + FOLLOW_GRACE : undefined,
    busyUntil: undefined,
    updatedAt: now,
  };
}

/** The journal row of a request that moved its flow to `at`. */
export function journalRow(runner: RecordParts, passage: Passage, at: Position): JournalRow {
  const { row, steps } = passage;
  const last = steps.at(-1);
  // At the end of the last step the context: so a replay can tell whether it is the one stored.
  const digest = { context: contextDigest(freeze(at).context, row.id) };
  const sealed = last === undefined ? steps : [...steps.slice(0, -1), { ...last, ...digest }];
  return entry(runner, { ...passage, steps: sealed }, reachedOutcome(at.path, steps), sampled(runner));
}

type RecordParts = Pick<Runner, 'clock' | 'random' | 'config'>;

function entry(
  runner: RecordParts,
  { row, method, identityId, sessionId, steps }: Passage,
  outcome: JournalOutcome,
  keep: boolean,
): JournalRow {
  const now = runner.clock.now();
  return {
    id: rowId(runner, now),
    flowId: row.id,
    otherFlowId: undefined,
    kind: row.kind,
    method,
    outcome,
    identityId,
    sessionId,
    steps,
    at: now,
    keepUntil: Math.max(now, row.expiresAt) + (keep ? runner.config.journal.keep : 0),
  };
}

/** Begins with the time, so that the newest rows are found along the primary key. */
const rowId = ({ random }: Pick<Runner, 'random'>, now: number): string =>
  `${now.toString(36).padStart(9, '0')}-${random.uuid()}`;

/** `journal.sample` of the flows stay after their lifespan; every failed one does. */
function sampled({ config, random }: RecordParts): boolean {
  const { sample } = config.journal;
  return sample >= 1 || random.bytes(4).readUInt32BE(0) / 2 ** 32 < sample;
}

/** Rows of a flow after which refusals are no longer written down. */
const MOST_ROWS = 50;

/** A submit that failed leaves no trace but this one, which says where. */
export async function recordFailure(runner: Runner, passage: Passage, error: unknown): Promise<void> {
  // Overload errors are not journalled; the write would add load.
  if (error instanceof SallyportError && error.code === 'overloaded') return;
  if (passage.steps.length === 0) return await recordRefusal(runner, passage.row, causeOf(error));
  await write(runner, entry(runner, passage, failedOutcome(causeOf(error)), true));
}

/**
 * Records what stopped a request before the machine moved. Once a flow and code, so that nobody fills the journal by
 * being rejected again and again.
 */
export async function recordRefusal(runner: Runner, row: FlowRow, cause: Cause): Promise<void> {
  const record = withoutSteps(runner, row, rejectedOutcome(cause));
  if (cause.code === AWAY) return runner.backlog.add(record);
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
  if (known.length < MOST_ROWS) await write(runner, { ...withoutSteps(runner, row, replacedOutcome), otherFlowId: by });
}

/** A request that never came to its machine. */
function withoutSteps(runner: Runner, row: FlowRow, outcome: JournalOutcome): JournalRow {
  const { identityId } = row;
  return entry(runner, { row, method: undefined, identityId, sessionId: undefined, steps: [] }, outcome, true);
}

/** Never in the way of the answer: what cannot be written now waits until it can. */
async function write({ store, backlog, report }: Runner, row: JournalRow): Promise<void> {
  if (row.outcome.code === AWAY) return backlog.add(row); // it would only wait once more
  await store
    .transaction((unit) => unit.flows.record(row))
    .catch((error: unknown) => {
      backlog.add(row);
      report(error, { flow: row.flowId, state: outcomeText(row.outcome) });
    });
}

/** The error of a database that cannot be written. */
const AWAY: Code = 'unavailable';

export function unlessMoved(error: unknown): undefined {
  if (error instanceof SallyportError && error.code === 'flow_moved') return undefined;
  throw error;
}
