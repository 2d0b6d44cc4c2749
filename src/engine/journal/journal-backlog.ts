import type { JournalRow } from '../../flow/flow.ts';
import type { Store } from '../../store/store.ts';

/** More would be memory that somebody else fills. */
const MOST = 100;

/** Records of what failed while the database could not be written; they wait for the next time it can. */
export interface JournalBacklog {
  add(row: JournalRow): void;
  flush(): Promise<void>;
}

export function createJournalBacklog(store: Pick<Store, 'transaction'>): JournalBacklog {
  let rows: readonly JournalRow[] = [];
  return {
    add(row) {
      rows = [...rows, row].slice(-MOST);
    },
    async flush() {
      const waiting = rows;
      if (waiting.length === 0) return;
      rows = [];
      try {
        await store.transaction(async (unit) => {
          for (const row of waiting) await unit.flows.record(row);
        });
      } catch {
        // Still away: it has been reported where it failed, and these wait on.
        rows = [...waiting, ...rows].slice(-MOST);
      }
    },
  };
}
