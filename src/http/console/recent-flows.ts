import type { FlowKind, FlowRow, JournalRow } from '../../flow/flow.ts';
import type { Clock } from '../../kernel/clock.ts';
import { keepNewest } from '../../kernel/keep-newest.ts';

/** A journal row that this process wrote. */
export interface RecentSubmit {
  readonly row: JournalRow;
  /** Milliseconds since the flow last came to rest in this process; undefined: it did not. */
  readonly waited: number | undefined;
}

export type FlowNews =
  | { readonly what: 'opened'; readonly flow: RecentOpening }
  | { readonly what: 'passed'; readonly passed: RecentSubmit };

export interface RecentOpening {
  readonly id: FlowRow['id'];
  readonly kind: FlowKind;
  /** XState's state value. */
  readonly state: FlowRow['state'];
  readonly at: number;
}

/** The flows of the last minutes that this process answered, as many as fit in memory, and news about them. */
export interface RecentFlows {
  opened(row: FlowRow): void;
  recorded(row: JournalRow): void;
  /** Submits and openings younger than the window, oldest first. */
  within(kind: FlowKind): { readonly passed: readonly RecentSubmit[]; readonly opened: readonly RecentOpening[] };
  /** Flows of the window without a submit, newest first; some may be missing. */
  unsent(): readonly RecentOpening[];
  /** Calls back with each piece of news, until the returned function is called. */
  listen(listener: (news: FlowNews) => void): () => void;
}

/** Five minutes. */
export const WINDOW = 300_000;
/** Rows kept at most: about two megabytes. */
const MOST = 2_000;

export function createRecentFlows(clock: Clock, most = MOST): RecentFlows {
  const passed: RecentSubmit[] = [];
  const opened: RecentOpening[] = [];
  /** When each flow last came to rest; the oldest entry is dropped first. */
  const rested = new Map<string, number>();
  const unsent = new Map<string, RecentOpening>();
  const listeners = new Set<(news: FlowNews) => void>();

  const keep = <T>(map: Map<string, T>, id: string, value: T): void => keepNewest(map, id, value, most);
  const push = <T>(list: T[], entry: T): void => {
    list.push(entry);
    // Many at once and seldom: `splice` moves the rest of the list.
    if (list.length > most * 1.2) list.splice(0, list.length - most);
  };
  const tell = (news: FlowNews): void => {
    for (const listener of listeners) listener(news);
  };

  return {
    opened({ id, kind, state, issuedAt }) {
      const flow = { id, kind, state, at: issuedAt };
      keep(rested, id, issuedAt);
      keep(unsent, id, flow);
      push(opened, flow);
      tell({ what: 'opened', flow });
    },
    recorded(row) {
      const took = row.steps.reduce((sum, { ms }) => sum + ms, 0);
      const since = rested.get(row.flowId);
      const entry = { row, waited: since === undefined ? undefined : Math.max(0, row.at - took - since) };
      keep(rested, row.flowId, row.at);
      unsent.delete(row.flowId);
      // The flow that continues a submit has a submit, too; a flow that replaces an expired one has none.
      if (row.otherFlowId !== undefined && row.outcome.kind !== 'replaced') unsent.delete(row.otherFlowId);
      push(passed, entry);
      tell({ what: 'passed', passed: entry });
    },
    within(kind) {
      const from = clock.now() - WINDOW;
      return {
        passed: passed.slice(-most).filter(({ row }) => row.kind === kind && row.at >= from),
        opened: opened.slice(-most).filter((flow) => flow.kind === kind && flow.at >= from),
      };
    },
    unsent() {
      const from = clock.now() - WINDOW;
      return [...unsent.values()].filter(({ at }) => at >= from).toReversed();
    },
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
