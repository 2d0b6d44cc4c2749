/** What one side did in one slice of time. */
export interface Slice {
  /** Correct answers. */
  readonly done: number;
  readonly seconds: number;
  /** Processor seconds of the serving process; undefined where the system does not tell. */
  readonly cpuSeconds: number | undefined;
  /** Deliberate refusals under load: 503 with `Retry-After`. */
  readonly refused: number;
  /** Everything else, by status or cause. */
  readonly wrong: Readonly<Record<string, number>>;
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Subject against baseline, measured by turns: each pair of slices is one ratio. */
export interface Comparison {
  /** Median of what was done in a second. */
  readonly baseline: number;
  readonly subject: number;
  /** Undefined when anything went wrong: a ratio of errors is no ratio. */
  readonly ratio: Spread | undefined;
  /** The ratio of processor time per answer, which other programs on the machine do not affect. */
  readonly cpuRatio: Spread | undefined;
  readonly refused: number;
  readonly wrong: Readonly<Record<string, number>>;
}

export type Pair = readonly [baseline: Slice, subject: Slice];

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new Error('The median of nothing.');
  return (lower + upper) / 2;
}

export function spread(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

export function compare(pairs: readonly Pair[]): Comparison {
  const wrong = sum(pairs.flatMap((pair) => pair.map((slice) => slice.wrong)));
  const sound = Object.keys(wrong).length === 0 && pairs.every(([base, subject]) => base.done > 0 && subject.done > 0);
  const cpu = pairs.map(([base, subject]) => cpuRatioOf(base, subject)).filter((each) => each !== undefined);
  return {
    baseline: median(pairs.map(([base]) => rate(base))),
    subject: median(pairs.map(([, subject]) => rate(subject))),
    ratio: sound ? spread(pairs.map(([base, subject]) => rate(subject) / rate(base))) : undefined,
    cpuRatio: sound && cpu.length === pairs.length ? spread(cpu) : undefined,
    refused: pairs.flat().reduce((total, { refused }) => total + refused, 0),
    wrong,
  };
}

/** Done in a second. */
export const rate = ({ done, seconds }: Slice): number => done / seconds;

/** Above 1 the subject needs less processor time for an answer than the baseline. */
function cpuRatioOf(base: Slice, subject: Slice): number | undefined {
  if (!base.cpuSeconds || !subject.cpuSeconds) return undefined;
  return base.cpuSeconds / base.done / (subject.cpuSeconds / subject.done);
}

function sum(counts: readonly Readonly<Record<string, number>>[]): Readonly<Record<string, number>> {
  const total: Record<string, number> = {};
  for (const [name, count] of counts.flatMap((each) => Object.entries(each))) total[name] = (total[name] ?? 0) + count;
  return total;
}

/** What each flow's rows of the journal weigh together, in bytes of JSON, in the order of their first rows. */
export function bytesOfFlows(rows: readonly Readonly<Record<string, unknown>>[]): readonly number[] {
  const flows = new Map<string, number>();
  for (const row of rows) {
    const { flow_id: flow, steps } = row;
    // One database gives JSON parsed, the other as text: it weighs the same.
    const whole = { ...row, steps: typeof steps === 'string' ? (JSON.parse(steps) as unknown) : steps };
    flows.set(String(flow), (flows.get(String(flow)) ?? 0) + Buffer.byteLength(JSON.stringify(whole)));
  }
  return [...flows.values()];
}

/**
 * How often a value of `second` is above one of `first`, ties counting half (Mann–Whitney U, as a share): 0.5 where the two
 * cannot be told apart.
 */
export function auc(first: readonly number[], second: readonly number[]): number {
  const all = [
    ...first.map((value) => ({ value, second: false })),
    ...second.map((value) => ({ value, second: true })),
  ];
  const sorted = all.toSorted((a, b) => a.value - b.value);
  let ranks = 0;
  for (let from = 0; from < sorted.length;) {
    let to = from;
    while (to < sorted.length && sorted[to]?.value === sorted[from]?.value) to += 1;
    const rank = (from + 1 + to) / 2;
    ranks += rank * sorted.slice(from, to).filter((each) => each.second).length;
    from = to;
  }
  return (ranks - (second.length * (second.length + 1)) / 2) / (first.length * second.length);
}
