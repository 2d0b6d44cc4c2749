import type { FlowKind, FlowReads, JournalRow, OutcomeKind } from '../flow/flow.ts';

/** What became of a submit, in one word; of a flow without one, that it was opened. */
export const OUTCOMES = ['passed', 'waits', 'refused', 'elsewhere', 'failed', 'opened'] as const;
export type OutcomeWord = (typeof OUTCOMES)[number];

/** From this on a submit is slow: milliseconds of all its steps. */
export const SLOW = 1_000;

/** Each is a condition; undefined: none. */
export interface FlowFilter {
  readonly kind: FlowKind | undefined;
  readonly method: string | undefined;
  readonly outcome: OutcomeWord | undefined;
  readonly identity: string | undefined;
  /** A hook's name or id, as its state is called. */
  readonly hook: string | undefined;
  readonly slow: boolean;
  readonly failed: boolean;
}

const WORDS: Readonly<Record<OutcomeKind, OutcomeWord>> = {
  passed: 'passed',
  waits: 'waits',
  refused: 'refused',
  rejected: 'refused',
  elsewhere: 'elsewhere',
  replaced: 'elsewhere',
  failed: 'failed',
};

export const outcomeOf = ({ outcome }: Pick<JournalRow, 'outcome'>): OutcomeWord => WORDS[outcome.kind];

export const tookOf = ({ steps }: Pick<JournalRow, 'steps'>): number => steps.reduce((sum, { ms }) => sum + ms, 0);

export function fits(row: JournalRow, filter: FlowFilter): boolean {
  const { kind, method, outcome, identity, hook, slow, failed } = filter;
  return (
    (kind === undefined || row.kind === kind) &&
    (method === undefined || row.method === method) &&
    (outcome === undefined || outcomeOf(row) === outcome) &&
    (identity === undefined || row.identityId === identity) &&
    (hook === undefined || row.steps.some(({ state }) => isHook(state, hook))) &&
    (!slow || tookOf(row) >= SLOW) &&
    (!failed || outcomeOf(row) === 'failed')
  );
}

/** Whether a flow that nothing was sent to fits. */
export const fitsUnsent = (flowKind: FlowKind, { kind, outcome, slow, failed, ...others }: FlowFilter): boolean =>
  (kind === undefined || kind === flowKind) &&
  (outcome === undefined || outcome === 'opened') &&
  !slow &&
  !failed &&
  Object.values(others).every((each) => each === undefined);

/** `form.password.prepare.web_hook~2` is a state of `web_hook`. */
function isHook(state: string, hook: string): boolean {
  const parts = state.split('.');
  const key = parts.at(-1) ?? '';
  return ['prepare', 'write', 'follow'].includes(parts.at(-2) ?? '') && (key === hook || key.startsWith(`${hook}~`));
}

export interface FlowPage {
  /** One row a flow: its newest that fits. */
  readonly rows: readonly JournalRow[];
  /** Where the next page begins; undefined: there is nothing older. */
  readonly next: string | undefined;
  /** How many records were looked at. */
  readonly looked: number;
}

const BATCH = 500;
/** A filter that nothing fits ends here; the next page goes on. */
const MOST_LOOKED = 5_000;

/** The newest flows that fit, a page of them. Looks at a bounded number of records, along the primary key. */
export async function listFlows(
  flows: Pick<FlowReads, 'recent' | 'newest'>,
  filter: FlowFilter,
  before: string | undefined,
  size: number,
): Promise<FlowPage> {
  const rows: JournalRow[] = [];
  if (filter.outcome === 'opened') return { rows, next: undefined, looked: 0 }; // that is what has no records
  let cursor = before;
  let looked = 0;
  while (looked < MOST_LOOKED) {
    const batch = await flows.recent(cursor, BATCH);
    const newest = await flows.newest([...new Set(batch.map(({ flowId }) => flowId))]);
    for (const row of batch) {
      cursor = row.id;
      looked += 1;
      if (!newest.has(row.id) || !fits(row, filter)) continue;
      rows.push(row);
      if (rows.length === size) return { rows, next: cursor, looked };
    }
    if (batch.length < BATCH) return { rows, next: undefined, looked };
  }
  return { rows, next: cursor, looked };
}
