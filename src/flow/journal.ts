import { createHash } from 'node:crypto';
import { SallyportError } from '../kernel/error.ts';
import { isObject, type JsonObject } from '../kernel/json.ts';
import type { JournalOutcome, JournalStep, OutcomeKind } from './flow.ts';
import { REFUSAL_EVENTS } from './refusal-events.ts';

/** What went wrong, for operators. */
export interface Cause {
  /** The id of the error: one of `SallyportError`, or the name of another error. */
  readonly code: string;
  /** A sentence that holds no value a person typed. */
  readonly reason: string;
}

/** Characters of an outcome that are stored. */
const LONGEST = 1_000;

const UNKNOWN = 'unknown_error';

export function causeOf(error: unknown): Cause {
  if (error instanceof SallyportError) {
    const { code, reason, cause } = error;
    return { code, reason: cause instanceof Error ? `${reason} (${cause.message})` : reason };
  }
  return error instanceof Error
    ? { code: error.name, reason: error.message }
    : { code: UNKNOWN, reason: 'unknown error' };
}

/** `code: reason` */
export const writeCause = ({ code, reason }: Cause): string => (code === UNKNOWN ? reason : `${code}: ${reason}`);

/** Final states and pages that mean success. */
const PASSED: ReadonlySet<string> = new Set(['done', 'passed', 'success.waiting', 'passed.waiting']);
/** Final states of flows that ended without success or error. */
const ELSEWHERE: ReadonlySet<string> = new Set(['diverted', 'redirected', 'continued']);

/** The outcome of a submit that its machine took: the state it came to. */
export function reachedOutcome(state: string, steps: readonly JournalStep[]): JournalOutcome {
  return { kind: reachedKind(state, steps.at(-1)?.event), code: state, reason: undefined };
}

function reachedKind(state: string, lastEvent: string | undefined): OutcomeKind {
  if (lastEvent !== undefined && REFUSAL_EVENTS.has(lastEvent)) return 'refused';
  if (PASSED.has(state)) return 'passed';
  return ELSEWHERE.has(state) ? 'elsewhere' : 'waits';
}

/** The outcome of a submit that was abandoned in the middle: nothing of it is stored but this. */
export const failedOutcome = (cause: Cause): JournalOutcome => ({ kind: 'failed', ...cause });

/** The outcome of a request that was turned away before its machine moved. */
export const rejectedOutcome = (cause: Cause): JournalOutcome => ({ kind: 'rejected', ...cause });

const REPLACED_CODE = 'replaced';

/** The outcome of a request to a flow that had ended; a new flow was opened in its place. */
export const replacedOutcome: JournalOutcome = { kind: 'replaced', code: REPLACED_CODE, reason: undefined };

/** The cause of an outcome that has one. */
export function causeIn({ code, reason }: JournalOutcome): Cause | undefined {
  return reason === undefined ? undefined : { code, reason };
}

/** The page or final state that a submit came to; undefined: its machine did not move, or was stopped. */
export function stateIn({ kind, code }: JournalOutcome): string | undefined {
  return kind === 'failed' || kind === 'rejected' || kind === 'replaced' ? undefined : code;
}

const FAILED = 'failed: ';
/** How versions without codes write that a request was rejected. */
const REJECTED = 'refused: ';

/** The outcome as text: what the console shows, and what versions without codes write and read. */
export function outcomeText(outcome: JournalOutcome): string {
  const cause = causeIn(outcome);
  const prefix = outcome.kind === 'failed' ? FAILED : outcome.kind === 'rejected' ? REJECTED : '';
  return `${prefix}${cause === undefined ? outcome.code : writeCause(cause)}`.slice(0, LONGEST);
}

/** The outcome as it is stored beside its text. */
export function codedOutcome({ kind, code, reason }: JournalOutcome): string {
  return JSON.stringify({ kind, code, ...(reason !== undefined && { reason: reason.slice(0, LONGEST) }) });
}

const KINDS: ReadonlySet<unknown> = new Set<OutcomeKind>([
  'passed',
  'waits',
  'refused',
  'elsewhere',
  'failed',
  'rejected',
  'replaced',
]);

/** Reads a stored outcome; of a row that a version without codes wrote, from its text. */
export function readOutcome(
  text: string,
  coded: string | null | undefined,
  steps: readonly JournalStep[],
): JournalOutcome {
  const stored: unknown = coded === null || coded === undefined ? undefined : JSON.parse(coded);
  if (!isObject(stored)) return outcomeOfText(text, steps);
  const { kind, code, reason } = stored;
  // A kind of a later version is read from the text that it writes beside it.
  if (!KINDS.has(kind) || typeof code !== 'string') return outcomeOfText(text, steps);
  return { kind: kind as OutcomeKind, code, reason: typeof reason === 'string' ? reason : undefined };
}

function outcomeOfText(text: string, steps: readonly JournalStep[]): JournalOutcome {
  if (text.startsWith(FAILED)) return failedOutcome(causeOfText(text.slice(FAILED.length)));
  if (text.startsWith(REJECTED)) return rejectedOutcome(causeOfText(text.slice(REJECTED.length)));
  return text === REPLACED_CODE ? replacedOutcome : reachedOutcome(text, steps);
}

function causeOfText(text: string): Cause {
  const colon = text.indexOf(': ');
  return colon < 0 ? { code: UNKNOWN, reason: text } : { code: text.slice(0, colon), reason: text.slice(colon + 2) };
}

/** A digest of twelve hexadecimal digits that identifies a flow's context and reveals nothing of it. */
export function contextDigest(context: JsonObject, flow: string): string {
  // As any database returns it: converted to JSON and back, with its keys sorted.
  const plain: unknown = JSON.parse(JSON.stringify(context));
  return createHash('sha256')
    .update(`${flow}\n${JSON.stringify(ordered(plain))}`)
    .digest('hex')
    .slice(0, 12);
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (!isObject(value)) return value;
  return Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, part]) => [key, ordered(part)]);
}
