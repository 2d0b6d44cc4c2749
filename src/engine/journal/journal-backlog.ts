import type { JournalRow } from '../../flow/flow.ts';
import { SallyportError } from '../../kernel/error.ts';
import type { Store } from '../../store/store.ts';

/** The most entries that wait, so that failing requests cannot fill the memory. */
const MOST = 100;

/** Journal entries that could not be written while the database was away. They wait until it is back. */
export interface JournalBacklog {
  add(row: JournalRow): void;
  /** Writes the entries in order. Never throws; an entry that the database refuses is reported and dropped. */
  flush(): Promise<void>;
}

/** `report` takes the error of an entry that can never be written. */
export function createJournalBacklog(
  store: Pick<Store, 'transaction'>,
  report: (error: unknown, row: JournalRow) => void,
): JournalBacklog {
  let rows: readonly JournalRow[] = [];
  return {
    add(row) {
      rows = [...rows, row].slice(-MOST);
    },
    async flush() {
      const waiting = rows;
      rows = [];
      for (const [i, row] of waiting.entries()) {
        try {
          await store.transaction(async (unit) => await unit.flows.record(row));
        } catch (error) {
          if (error instanceof SallyportError && error.code === 'unavailable') {
            rows = [...waiting.slice(i), ...rows].slice(-MOST);
            return;
          }
          report(error, row);
        }
      }
    },
  };
}
