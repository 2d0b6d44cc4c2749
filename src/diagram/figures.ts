import type { JournalRow } from '../flow/flow.ts';
import type { Chart } from '../flow/chart.ts';
import { trailOf } from './recorded-path.ts';

/** What passed through here: a row of the journal with how long the person had been waited for, or an opened flow. */
export interface Passed {
  readonly row: Pick<JournalRow, 'steps'>;
  /** Milliseconds since the flow last came to rest; undefined: not known here. */
  readonly waited: number | undefined;
}

export interface Figure {
  readonly count: number;
  /** Milliseconds. */
  readonly median: number | undefined;
}

/** Counts and median times per state (by path) and per way (`from event`). */
export interface Figures {
  readonly states: Readonly<Record<string, Figure>>;
  readonly ways: Readonly<Record<string, Figure>>;
}

/** Adds up what passed; `opened` holds the states in which flows came to rest when they were opened. */
export function figuresOf(chart: Chart, passed: readonly Passed[], opened: readonly string[]): Figures {
  const ends = new Set<string | undefined>(chart.states.filter(({ role }) => role === 'final').map(({ path }) => path));
  const states = createTally();
  const ways = createTally();
  for (const { row, waited } of passed) {
    for (const { from, event, to, ms, failed } of trailOf(chart, [row], false)) {
      const took = ms ?? waited;
      states.add(from, took);
      if (!failed) ways.add(`${from} ${event}`, took);
      if (ends.has(to)) states.add(to ?? '', undefined);
    }
  }
  for (const at of opened) {
    const way = chart.ways.find(({ from, to }) => from === chart.initial && to === at);
    states.add(chart.initial, undefined);
    if (way !== undefined) ways.add(`${way.from} ${way.event}`, undefined);
  }
  return { states: states.figures(), ways: ways.figures() };
}

interface Tally {
  add(key: string, ms: number | undefined): void;
  figures(): Readonly<Record<string, Figure>>;
}

function createTally(): Tally {
  const counts = new Map<string, { count: number; times: number[] }>();
  return {
    add(key, ms) {
      const entry = counts.get(key) ?? { count: 0, times: [] };
      entry.count += 1;
      if (ms !== undefined) entry.times.push(ms);
      counts.set(key, entry);
    },
    figures: () =>
      Object.fromEntries([...counts].map(([key, { count, times }]) => [key, { count, median: medianOf(times) }])),
  };
}

export function medianOf(times: readonly number[]): number | undefined {
  const sorted = times.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[middle - 1], sorted[middle]];
  if (high === undefined) return undefined;
  return sorted.length % 2 === 1 || low === undefined ? high : (low + high) / 2;
}

/** `0.4 ms`, `12 ms`, `3.2 s`, `4 min`. */
export function sayMs(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return ms < 100_000 ? `${(ms / 1_000).toFixed(1)} s` : `${Math.round(ms / 60_000)} min`;
}
