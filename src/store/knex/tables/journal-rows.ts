import type { FlowKind, JournalRow, JournalStep } from '../../../flow/flow.ts';
import { codedOutcome, outcomeText, readOutcome } from '../../../flow/journal.ts';
import type { FlowId, IdentityId, SessionId } from '../../../kernel/id.ts';
import { readJson } from '../columns.ts';

/** A row of `flow_journal`. */
export interface JournalColumns {
  readonly id: string;
  readonly flow_id: FlowId;
  readonly other_flow_id: FlowId | null;
  readonly kind: FlowKind;
  readonly method: string | null;
  readonly outcome: string;
  /** Null in rows of versions before migration 0008. */
  readonly coded_outcome: string | null;
  readonly identity_id: IdentityId | null;
  readonly session_id: SessionId | null;
  readonly steps: string;
  readonly at: number;
  readonly keep_until: number;
}

/** The entry that a row stands for. */
export function journalOf(row: JournalColumns): JournalRow {
  const steps = readJson<readonly JournalStep[]>(row.steps);
  return {
    id: row.id,
    flowId: row.flow_id,
    otherFlowId: row.other_flow_id ?? undefined,
    kind: row.kind,
    method: row.method ?? undefined,
    outcome: readOutcome(row.outcome, row.coded_outcome, steps),
    identityId: row.identity_id ?? undefined,
    sessionId: row.session_id ?? undefined,
    steps,
    at: row.at,
    keepUntil: row.keep_until,
  };
}

/** The row of an entry. */
export function journalColumnsOf(row: JournalRow): JournalColumns {
  return {
    id: row.id,
    flow_id: row.flowId,
    other_flow_id: row.otherFlowId ?? null,
    kind: row.kind,
    method: row.method ?? null,
    outcome: outcomeText(row.outcome),
    coded_outcome: codedOutcome(row.outcome),
    identity_id: row.identityId ?? null,
    session_id: row.sessionId ?? null,
    steps: JSON.stringify(row.steps),
    at: row.at,
    keep_until: row.keepUntil,
  };
}

export const JOURNAL_COLUMNS = [
  'id',
  'flow_id',
  'other_flow_id',
  'kind',
  'method',
  'outcome',
  'coded_outcome',
  'identity_id',
  'session_id',
  'steps',
  'at',
  'keep_until',
] as const satisfies readonly (keyof JournalColumns)[];
