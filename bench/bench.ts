import type { StoreWork } from '../test/support/store-work.ts';
import type { Cores } from './core.ts';
import { compare, type Comparison, type Pair, type Slice, type Spread } from './figures.ts';
import type { DatabaseKind, Options } from './options.ts';
import type { Progress } from './progress.ts';
import { createPlace, type Place } from './stage.ts';

/** What every line is measured with. */
export interface Bench {
  readonly options: Options;
  readonly cores: Cores;
  readonly progress: Progress;
}

export type Result =
  | {
      readonly kind: 'comparison';
      readonly line: string;
      readonly database: DatabaseKind;
      readonly comparison: Comparison;
      readonly atLeast: number | undefined;
    }
  | {
      readonly kind: 'figure';
      readonly line: string;
      readonly database: DatabaseKind;
      readonly value: Spread;
      readonly unit: string;
      readonly atMost: number | undefined;
      readonly wrong: Readonly<Record<string, number>>;
    }
  | {
      /** Counted once: the same on every machine. */
      readonly kind: 'work';
      readonly line: string;
      readonly database: DatabaseKind;
      readonly work: StoreWork;
    };

/** One subject of the table; measured on one database at a time. */
export interface Line {
  readonly name: string;
  readonly on: readonly DatabaseKind[];
  measure(bench: Bench, database: DatabaseKind, place: Place): Promise<readonly Result[]>;
}

/** Throws for a word that no line begins with: a line that was asked for is never left out in silence. */
export function chosen<T extends { readonly name: string }>(
  lines: readonly T[],
  only: readonly string[],
): readonly T[] {
  const names = ({ name }: T, word: string): boolean => name.startsWith(word.replaceAll('-', ' '));
  const unknown = only.find((word) => !lines.some((line) => names(line, word)));
  if (unknown !== undefined)
    throw new Error(`No line begins with ${unknown}: ${lines.map(({ name }) => name).join(', ')}.`);
  return lines.filter((line) => only.length === 0 || only.some((word) => names(line, word)));
}

const BOTH: readonly DatabaseKind[] = ['SQLite', 'MariaDB'];

/** Measures the lines asked for, each on a database of its own. */
export async function measureAll(bench: Bench, lines: readonly Line[]): Promise<readonly Result[]> {
  const { only, databases } = bench.options;
  const asked = chosen(lines, only);
  const results: Result[] = [];
  for (const line of asked) {
    for (const database of BOTH.filter((each) => line.on.includes(each) && databases.includes(each))) {
      const place = await createPlace(database);
      try {
        results.push(...(await line.measure(bench, database, place)));
      } finally {
        await place.drop();
      }
    }
  }
  return results;
}

export type Side = (seconds: number) => Promise<Slice>;

/** Measures two sides by turns, in short slices, so that other load on the machine affects both. */
export async function alternate(
  { options, progress }: Bench,
  what: string,
  baseline: Side,
  subject: Side,
  seconds = options.slice,
): Promise<{ readonly pairs: readonly Pair[]; readonly comparison: Comparison }> {
  progress.show(`${what}: warming up`);
  for (const side of [baseline, subject, baseline, subject]) await side(seconds);
  const pairs: Pair[] = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    for (let pair = 1; pair <= options.pairs; pair += 1) {
      progress.show(`${what}: round ${round} of ${options.rounds}, pair ${pair} of ${options.pairs}`);
      // The side that goes first alternates, so that drift favours neither.
      pairs.push(
        pair % 2 === 1 ? await inOrder(baseline, subject, seconds) : await swapped(baseline, subject, seconds),
      );
    }
    progress.say(`${what}: round ${round} of ${options.rounds} done`);
  }
  return { pairs, comparison: compare(pairs) };
}

const inOrder = async (baseline: Side, subject: Side, seconds: number): Promise<Pair> => [
  await baseline(seconds),
  await subject(seconds),
];

async function swapped(baseline: Side, subject: Side, seconds: number): Promise<Pair> {
  const second = await subject(seconds);
  return [await baseline(seconds), second];
}

/** Runs work with resources that have to be stopped, and always stops them, the last one first. */
export async function using<T>(work: (later: (stop: () => Promise<unknown>) => void) => Promise<T>): Promise<T> {
  const stops: (() => Promise<unknown>)[] = [];
  try {
    return await work((stop) => void stops.push(stop));
  } finally {
    for (const stop of stops.toReversed()) await stop();
  }
}
