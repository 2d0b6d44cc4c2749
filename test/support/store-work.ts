import type { PreparedStatement, Watch } from '../../src/store/knex/connection.ts';

export type Database = 'SQLite' | 'MariaDB';

/** What a database was made to do. */
export interface StoreWork {
  /** Statements, those that begin and end a transaction among them: on a server each is a round trip. */
  readonly roundTrips: number;
  /** Commits that wait for the disk. */
  readonly commits: number;
}

export interface WorkCounter {
  readonly watch: Watch;
  /** What was done since this was asked last. */
  take(): StoreWork;
}

/** Counts the work of a store that does one thing at a time. `others`: statements that belong to nobody's request. */
export function createWorkCounter(database: Database, others: (statement: PreparedStatement) => boolean): WorkCounter {
  let [roundTrips, commits, inside] = [0, 0, false];
  /** One that stands alone is a transaction of its own. A server syncs those that need not wait as well. */
  const syncs = ({ text, relaxed }: PreparedStatement): boolean =>
    !inside && /^\s*(?:insert|update|delete)\b/i.test(text) && !(database === 'SQLite' && relaxed === true);
  return {
    watch({ what, statement }) {
      if (statement !== undefined && others(statement)) return;
      if (what === 'committed') commits += 1;
      else roundTrips += 1;
      if (what === 'statement' && statement !== undefined && syncs(statement)) commits += 1;
      if (what === 'begin') inside = true;
      if (what === 'committed' || what === 'rollback') inside = false;
    },
    take() {
      const taken = { roundTrips, commits };
      [roundTrips, commits] = [0, 0];
      return taken;
    },
  };
}
