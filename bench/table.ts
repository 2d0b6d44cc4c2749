import type { Result } from './bench.ts';
import type { Spread } from './figures.ts';

const HEAD = ['line', 'database', 'baseline', 'Sallyport', 'ratio', 'min … max', 'by CPU', 'must be', ''] as const;

/** The results as a Markdown table that can be read on a terminal too. */
export function drawTable(results: readonly Result[]): string {
  const rows = results.map(cellsOf);
  const widths = HEAD.map((name, column) => Math.max(name.length, 2, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => pad(cells[column] ?? '', width, column)).join(' | ')} |`;
  const rule = widths.map((width, column) => (named(column) ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(HEAD), line(rule), ...rows.map(line)].join('\n');
}

/** Columns of words; the others hold figures. */
const named = (column: number): boolean => column < 2 || column === HEAD.length - 1;

const pad = (text: string, width: number, column: number): string =>
  named(column) ? text.padEnd(width) : text.padStart(width);

function cellsOf(result: Result): readonly string[] {
  if (result.kind === 'work') {
    const { roundTrips, commits } = result.work;
    return [result.line, result.database, '', `${roundTrips} trips`, '', '', '', '', `${commits} synced`];
  }
  if (result.kind === 'figure') {
    const { line, database, value, unit, atMost, wrong } = result;
    const kept = atMost === undefined ? [] : [value.median <= atMost ? 'kept' : 'MISSED'];
    return [
      line,
      database,
      '',
      `${figure(value.median)} ${unit}`,
      '',
      range(value),
      '',
      atMost === undefined ? '' : `≤ ${figure(atMost)} ${unit}`,
      [...kept, ...troubles(wrong)].join(', '),
    ];
  }
  const { line, database, comparison, atLeast } = result;
  const { baseline, subject, ratio, cpuRatio, refused, wrong } = comparison;
  const kept = atLeast === undefined || ratio === undefined ? [] : [ratio.median >= atLeast ? 'kept' : 'MISSED'];
  return [
    line,
    database,
    `${figure(baseline)}/s`,
    `${figure(subject)}/s`,
    ratio === undefined ? 'none' : figure(ratio.median),
    ratio === undefined ? '' : range(ratio),
    cpuRatio === undefined ? '' : figure(cpuRatio.median),
    atLeast === undefined ? '' : `≥ ${atLeast}`,
    [...kept, ...(refused > 0 ? [`${refused} × 503, come back later`] : []), ...troubles(wrong)].join(', '),
  ];
}

/** With one of these there is no ratio. */
const troubles = (wrong: Readonly<Record<string, number>>): readonly string[] =>
  Object.entries(wrong).map(([cause, count]) => `WRONG: ${count} × ${cause}`);

const range = ({ min, max }: Spread): string => `${figure(min)} … ${figure(max)}`;

/** At least three significant digits: 12345, 123, 12.3, 1.23. */
export function figure(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value.toFixed(value >= 10 ? 1 : 2);
}
