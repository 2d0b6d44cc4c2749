import type { Newcomer } from './newcomer.ts';
import type { Outcome } from './store-people.ts';

/** What a run read, wrote and left out. Holds no address, no secret and no token. */
export interface MoveReport {
  readonly source: string;
  /** The release that the tables are those of. */
  readonly release: string;
  readonly dryRun: boolean;
  /** False: it was stopped before its end. */
  readonly finished: boolean;
  readonly people: { readonly read: number; readonly made: number; readonly there: number; readonly failed: number };
  readonly sessions: {
    readonly made: number;
    readonly there: number;
    /** They have ended, or are of somebody inactive. */
    readonly over: number;
    readonly failed: number;
  };
  /** When the last session that was taken over ends; epoch milliseconds. */
  readonly lastSessionEnds: number | undefined;
  readonly remarks: readonly { readonly what: string; readonly people: number }[];
  /** The first thousand. */
  readonly failures: readonly { readonly id: string; readonly why: string }[];
  /** What lies in other networks of the same database, and is not read. */
  readonly others: { readonly networks: number; readonly people: number };
}

const MOST_FAILURES = 1_000;

/** Adds up what became of people. */
export interface Tally {
  add(outcome: Outcome, newcomer: Newcomer): void;
  fail(id: string, why: string): void;
  report(about: Pick<MoveReport, 'source' | 'release' | 'dryRun' | 'finished' | 'others'>): MoveReport;
  readonly read: number;
}

export function createTally(): Tally {
  const people = { read: 0, made: 0, there: 0, failed: 0 };
  const sessions = { made: 0, there: 0, over: 0, failed: 0 };
  const remarks = new Map<string, number>();
  const failures: { readonly id: string; readonly why: string }[] = [];
  let last: number | undefined;
  const fail: Tally['fail'] = (id, why) => {
    people.read += 1;
    people.failed += 1;
    if (failures.length < MOST_FAILURES) failures.push({ id, why });
  };
  return {
    fail,
    add(outcome, newcomer) {
      if (outcome.person === 'failed') return fail(outcome.id, outcome.why ?? '');
      people.read += 1;
      people[outcome.person] += 1;
      for (const kind of ['made', 'there', 'failed'] as const) sessions[kind] += outcome.sessions[kind];
      sessions.over += newcomer.over;
      if (outcome.person === 'made')
        for (const what of newcomer.remarks) remarks.set(what, (remarks.get(what) ?? 0) + 1);
      for (const { session } of newcomer.sessions) last = Math.max(last ?? 0, session.expiresAt);
    },
    get read() {
      return people.read;
    },
    report: (about) => ({
      ...about,
      people: { ...people },
      sessions: { ...sessions },
      lastSessionEnds: last,
      remarks: [...remarks].map(([what, count]) => ({ what, people: count })),
      failures,
    }),
  };
}
