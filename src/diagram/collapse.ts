import { allStates, leavesOf, type Chart, type ChartState } from '../flow/chart.ts';

/** Above this many states a picture begins with its later lanes closed. */
const MANY = 24;

export const COLLAPSE = ['pages', 'lanes', 'boxes'] as const;

/** Paths of the compound states that words of `--collapse` mean: kinds of them, or paths; the first unknown one. */
export function closedBy(chart: Chart, words: readonly string[]): ReadonlySet<string> | { readonly unknown: string } {
  const compound = compounds(chart);
  const closed = new Set<string>();
  for (const word of words) {
    const meant = compound.filter(({ path, role }) => path === word || roleOfWord(word).includes(role));
    if (meant.length === 0 && !COLLAPSE.some((each) => each === word)) return { unknown: word };
    for (const { path } of meant) closed.add(path);
  }
  return closed;
}

/** What a big picture begins with: the lanes of all pages but the first are closed. A small one is drawn whole. */
export function closedAtFirst(chart: Chart): ReadonlySet<string> {
  if (leavesOf(chart).length <= MANY) return new Set();
  const [first] = chart.states.filter(({ role }) => role === 'page');
  const lanes = chart.states.filter((page) => page !== first).flatMap((page) => page.states);
  return new Set(lanes.filter(({ role }) => role === 'lane').map(({ path }) => path));
}

export const compounds = (chart: Chart): readonly ChartState[] =>
  [...allStates(chart.states)].filter(({ states }) => states.length > 0);

function roleOfWord(word: string): readonly ChartState['role'][] {
  if (word === 'pages') return ['page', 'before'];
  if (word === 'lanes') return ['lane', 'before'];
  return word === 'boxes' ? ['box'] : [];
}
