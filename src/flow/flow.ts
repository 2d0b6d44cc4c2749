import type { FlowId, IdentityId, SessionId } from '../kernel/id.ts';
import type { JsonObject } from '../kernel/json.ts';

export type FlowKind = 'login' | 'registration' | 'settings' | 'verification' | 'recovery' | 'logout';
export type FlowType = 'browser' | 'api';

/** One attempt by one person: the compact row. Times in milliseconds. */
export interface FlowRow {
  readonly id: FlowId;
  readonly kind: FlowKind;
  readonly type: FlowType;
  /** `serve.public.base_url` + path + query of the request that began it. */
  readonly requestUrl: string;
  /** The random half of the CSRF cookie it was begun with, base64; empty for `api`. It binds the flow to the browser. */
  readonly csrf: string;
  readonly identityId: IdentityId | undefined;
  readonly sessionId: SessionId | undefined;
  readonly schemaId: string | undefined;
  readonly requestedAal: 'aal1' | 'aal2';
  readonly refresh: boolean;
  /** The machine it was last saved under. */
  readonly shape: string;
  /** Counts every save; compare-and-set. */
  readonly revision: number;
  /** XState's state value. */
  readonly state: JsonObject | string;
  /** The machine's context: plain JSON, no secret. */
  readonly context: JsonObject;
  readonly finished: boolean;
  /** When the follow leg is overdue and the sweep takes it up. */
  readonly followDue: number | undefined;
  /** A submit whose hooks must not run twice at once holds the row until then. */
  readonly busyUntil: number | undefined;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly updatedAt: number;
}

/**
 * passed, waits, refused, elsewhere: the machine came to a state. failed: it was stopped on the way. rejected: it was not
 * asked. replaced: the flow was over, and another one was begun in its place.
 */
export type OutcomeKind = 'passed' | 'waits' | 'refused' | 'elsewhere' | 'failed' | 'rejected' | 'replaced';

/** How a submit ended; `flow/journal.ts` writes and reads it. */
export interface JournalOutcome {
  readonly kind: OutcomeKind;
  /** The state the machine came to; of `failed` and `rejected` the id of the error. */
  readonly code: string;
  /** Of `failed` and `rejected`, for operators. */
  readonly reason: string | undefined;
}

/** What one submit (or opening) passed through; written in its transaction. */
export interface JournalRow {
  /** Begins with the time, so that ids are in its order. */
  readonly id: string;
  readonly flowId: FlowId;
  /** The other flow of a hand-over. */
  readonly otherFlowId: FlowId | undefined;
  readonly kind: FlowKind;
  readonly method: string | undefined;
  readonly outcome: JournalOutcome;
  readonly identityId: IdentityId | undefined;
  readonly sessionId: SessionId | undefined;
  readonly steps: readonly JournalStep[];
  readonly at: number;
  /** When it may go. */
  readonly keepUntil: number;
}

export interface JournalStep {
  /** The state that was left, `form.password.prepare.web_hook`. */
  readonly state: string;
  /** The event that left it: the verdict. */
  readonly event: string;
  /** Milliseconds, with fraction. */
  readonly ms: number;
  /** Cause of a failure, message ids, names of traits changed: no values, no secret. */
  readonly note?: string;
  /** On the last step of a submit: a digest of the context it led to, by which a replay knows it again. */
  readonly context?: string;
}

export interface FlowReads {
  /** Prepared statement. */
  find(id: FlowId): Promise<FlowRow | undefined>;
  journal(id: FlowId): Promise<readonly JournalRow[]>;
  /** Rows of all flows, newest first, from behind the one with this id. */
  recent(before: string | undefined, size: number): Promise<readonly JournalRow[]>;
  /** Ids of the newest rows of these flows. */
  newest(flows: readonly FlowId[]): Promise<ReadonlySet<string>>;
  /** Ids of flows whose follow leg is overdue. */
  overdue(now: number, count: number): Promise<readonly FlowId[]>;
}

export interface FlowStarts {
  /** Stores a new flow that nothing else is written with. */
  start(row: FlowRow): Promise<void>;
}

export interface FlowWrites extends FlowReads {
  insert(row: FlowRow): Promise<void>;
  /** `row.revision` is the next; updates only the row that is one behind, else throws `flow_moved`. */
  save(row: FlowRow): Promise<void>;
  record(row: JournalRow): Promise<void>;
  /** Takes the row for one submit: true when its revision is still `revision` and nobody holds it at `now`. */
  hold(id: FlowId, revision: number, until: number, now: number): Promise<boolean>;
  /** Takes up an overdue follow leg: true when this call moved `follow_due` from `was` to `due`. */
  claim(id: FlowId, was: number, due: number): Promise<boolean>;
}
