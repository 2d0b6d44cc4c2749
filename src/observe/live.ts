import type { FlowKind, FlowRow, JournalRow } from '../flow/flow.ts';
import type { Clock } from '../kernel/clock.ts';

/** A row of the journal as it passed through this process. */
export interface PassedRow {
  readonly row: JournalRow;
  /** Milliseconds since the flow last came to rest here; undefined: it did not. */
  readonly waited: number | undefined;
}

export type LiveNews =
  { readonly what: 'opened'; readonly flow: OpenedFlow } | { readonly what: 'passed'; readonly passed: PassedRow };

export interface OpenedFlow {
  readonly id: FlowRow['id'];
  readonly kind: FlowKind;
  /** XState's state value. */
  readonly state: FlowRow['state'];
  readonly at: number;
}

/** What passes through this process, as much of it as fits: the figures of the last minutes, and news as they come. */
export interface Live {
  opened(row: FlowRow): void;
  recorded(row: JournalRow): void;
  /** What is younger than the window, oldest first. */
  within(kind: FlowKind): { readonly passed: readonly PassedRow[]; readonly opened: readonly OpenedFlow[] };
  /** Calls back with whatever comes, until the function it returns is called. */
  listen(listener: (news: LiveNews) => void): () => void;
}

/** Five minutes. */
export const WINDOW = 300_000;
/** Rows kept at most: about two megabytes. */
const MOST = 2_000;

export function createLive(clock: Clock, most = MOST): Live {
  const passed: PassedRow[] = [];
  const opened: OpenedFlow[] = [];
  /** When flows last came to rest; the oldest are forgotten first. */
  const rested = new Map<string, number>();
  const listeners = new Set<(news: LiveNews) => void>();

  const rest = (id: string, at: number): void => {
    rested.delete(id);
    rested.set(id, at);
    const [oldest] = rested.keys();
    if (rested.size > most && oldest !== undefined) rested.delete(oldest);
  };
  const push = <T>(list: T[], entry: T): void => {
    list.push(entry);
    // Seldom and much at once: moving the rest of a list costs.
    if (list.length > most * 1.2) list.splice(0, list.length - most);
  };
  const tell = (news: LiveNews): void => {
    for (const listener of listeners) listener(news);
  };

  return {
    opened({ id, kind, state, issuedAt }) {
      const flow = { id, kind, state, at: issuedAt };
      rest(id, issuedAt);
      push(opened, flow);
      tell({ what: 'opened', flow });
    },
    recorded(row) {
      const took = row.steps.reduce((sum, { ms }) => sum + ms, 0);
      const since = rested.get(row.flowId);
      const entry = { row, waited: since === undefined ? undefined : Math.max(0, row.at - took - since) };
      rest(row.flowId, row.at);
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
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
