import type { FlowKind, JournalOutcome, JournalStep } from '../flow/flow.ts';

/** What became of a mail that a flow caused. */
export interface MailFact {
  readonly template: string;
  readonly status: string;
  readonly tries: number;
  /** What the last try that failed said. */
  readonly error: string | undefined;
  readonly at: number;
}

/** What stopped a flow. */
export interface Cause {
  /** The state it happened on; undefined: before its machine was asked. */
  readonly state: string | undefined;
  readonly hook: string | undefined;
  readonly list: string | undefined;
  /** The event, or `failed`, `refused`, `expired`, `replaced`, `mail`. */
  readonly verdict: string;
  /** The id of the error of `failed` and `refused`; otherwise the verdict. */
  readonly code: string;
  /** `code: reason (cause)`, or message ids and texts. */
  readonly cause: string;
  readonly at: number;
}

export interface Explanation {
  readonly id: string;
  readonly kind: FlowKind | undefined;
  /** unknown: there is no row and no record. */
  readonly stands: 'waits' | 'finished' | 'owes' | 'over' | 'unknown';
  readonly state: string | undefined;
  readonly begun: number | undefined;
  readonly expires: number | undefined;
  readonly stopped: Cause | undefined;
  /** Flows it was replaced by, or went on as. */
  readonly others: readonly string[];
  readonly happened: readonly {
    readonly at: number;
    readonly method: string | undefined;
    /** As text. */
    readonly outcome: string;
    readonly kind: JournalOutcome['kind'];
    readonly code: string;
    readonly steps: readonly JournalStep[];
  }[];
  readonly mails: readonly MailFact[];
  readonly advice: string;
  readonly text: string;
}
