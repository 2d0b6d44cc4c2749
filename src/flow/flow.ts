import type { FlowId, IdentityId, SessionId } from '../kernel/id.ts';
import type { JsonObject } from '../kernel/json.ts';

export type FlowKind = 'login' | 'registration' | 'settings' | 'verification' | 'recovery' | 'logout';
export type FlowType = 'browser' | 'api';

/** The row of a flow: one attempt by one person. Times in milliseconds. */
export interface FlowRow {
  readonly id: FlowId;
  readonly kind: FlowKind;
  readonly type: FlowType;
  /** `serve.public.base_url` + path + query of the request that opened the flow. */
  readonly requestUrl: string;
  /** The random half of the CSRF cookie, base64; empty for `api`. It binds the flow to the browser that opened it. */
  readonly csrf: string;
  readonly identityId: IdentityId | undefined;
  readonly sessionId: SessionId | undefined;
  readonly schemaId: string | undefined;
  readonly requestedAal: 'aal1' | 'aal2';
  readonly refresh: boolean;
  /** The digest of the machine the flow was last saved under. */
  readonly shape: string;
  /** Counts every save; compare-and-set. */
  readonly revision: number;
  /** XState's state value. */
  readonly state: JsonObject | string;
  /** The machine's context: plain JSON, no secret. */
  readonly context: JsonObject;
  readonly finished: boolean;
  /** From this time the background work resumes a follow phase that was not finished. */
  readonly followDue: number | undefined;
  /** Until this time a submit holds the row, because its hooks must not run twice at once. */
  readonly busyUntil: number | undefined;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly updatedAt: number;
}

/** True for a flow about the signed-in person: settings, a fresh proof, a second factor. */
export const belongsToSession = ({
  kind,
  refresh,
  requestedAal,
}: Pick<FlowRow, 'kind' | 'refresh' | 'requestedAal'>): boolean =>
  kind === 'settings' || refresh || requestedAal === 'aal2';

/**
 * passed, waits, refused, elsewhere: the machine came to a state. failed: an error ended the submit on the way. rejected:
 * the request was refused before the machine moved. replaced: the flow had ended, and a new one was opened in its place.
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

/** The states that one submit (or opening) passed; written in its transaction. */
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
  /** The row is removed after this time. */
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
  /** On the last step of a submit: a digest of the flow's context, which a replay compares. */
  readonly context?: string;
}

/** The state of a flow that has been over for some time: what it began with is known for a day, its content is gone. */
export const OVER_STATE = 'over';

export interface FlowReads {
  /** Prepared statement. */
  find(id: FlowId): Promise<FlowRow | undefined>;
  /** As `find`, and for a day after its end what is left of a flow: everything but its context, in `OVER_STATE`. */
  findKept(id: FlowId): Promise<FlowRow | undefined>;
  /** Registration and verification flows of the account that are bound to one of `bindings`, or are the flow `id`. */
  begunFor(
    account: IdentityId,
    client: { readonly bindings: readonly string[]; readonly id: FlowId },
  ): Promise<readonly FlowRow[]>;
  journal(id: FlowId): Promise<readonly JournalRow[]>;
  /** Rows of all flows, newest first, starting after the row with this id. */
  recent(before: string | undefined, size: number): Promise<readonly JournalRow[]>;
  /** Ids of the newest rows of these flows. */
  newest(flows: readonly FlowId[]): Promise<ReadonlySet<string>>;
  /** Ids of flows whose follow phase is overdue. */
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
  /**
   * Stores what the page of a refused submit shows, and leaves the revision as it is, so that a rival submit that read the
   * same row is not turned away by it. `held`: the hold of this submit, which ends. Throws `flow_moved` as `save` does.
   */
  amend(row: FlowRow, held: number | undefined): Promise<void>;
  record(row: JournalRow): Promise<void>;
  /** Takes the row for one submit: true when its revision is still `revision` and nobody holds it at `now`. */
  hold(id: FlowId, revision: number, until: number, now: number): Promise<boolean>;
  /** Claims an overdue follow phase: true when this call moved `follow_due` from `was` to `due`. */
  claim(id: FlowId, was: number, due: number): Promise<boolean>;
}
