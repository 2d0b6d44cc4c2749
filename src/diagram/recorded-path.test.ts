import { expect, test } from 'vitest';
import type { Chart } from '../flow/chart.ts';
import { figuresOf, medianOf, sayMs } from './figures.ts';
import { trailOf } from './recorded-path.ts';

const way = (from: string, event: string, to: string) => ({ from, event, target: to, to, actions: [] });
const CHART: Chart = {
  kind: 'login',
  title: 'Login',
  shape: '0',
  initial: 'opening',
  states: [
    {
      path: 'done',
      key: 'done',
      role: 'final',
      tag: undefined,
      phase: undefined,
      title: 'done',
      detail: undefined,
      step: undefined,
      wire: undefined,
      initial: undefined,
      states: [],
      dead: [],
    },
  ],
  ways: [
    way('opening', 'open', 'form.waiting'),
    way('form.waiting', 'submit', 'form.checking'),
    way('form.checking', 'strategy.reject', 'form.waiting'),
    way('form.checking', 'accept.password', 'form.password.write.session'),
    way('form.password.write.session', 'store.done', 'done'),
  ],
  dead: [],
};
const step = (state: string, event: string, ms: number, note?: string) => ({
  state,
  event,
  ms,
  ...(note !== undefined && { note }),
});
const ROWS = [
  { steps: [step('form.checking', 'strategy.reject', 4, '4000006')] },
  { steps: [step('form.checking', 'accept.password', 6), step('form.password.write.session', 'store.done', 2)] },
];

test('a journal is a way through the machine, from the opening on', () => {
  expect(trailOf(CHART, ROWS).map(({ from, event, to }) => `${from} ${event} ${to}`)).toEqual([
    'opening open form.waiting',
    'form.waiting submit form.checking',
    'form.checking strategy.reject form.waiting',
    'form.waiting submit form.checking',
    'form.checking accept.password form.password.write.session',
    'form.password.write.session store.done done',
  ]);
  expect(trailOf(CHART, ROWS.slice(0, 1), false).map(({ event }) => event)).toEqual(['submit', 'strategy.reject']);
});

test('a step that failed stays where it is; a way that the machine no longer has leads nowhere', () => {
  const moves = trailOf(CHART, [
    { steps: [step('form.checking', 'failed', 3, 'hook_failed: why')] },
    { steps: [step('form.gone', 'hook.continue', 1)] },
  ]);
  expect(moves.map(({ from, to, failed, note }) => ({ from, to, failed, note })).slice(2)).toEqual([
    { from: 'form.checking', to: 'form.checking', failed: true, note: 'hook_failed: why' },
    { from: 'form.gone', to: undefined, failed: false, note: undefined },
  ]);
});

test('figures count what passed through each state and way, with the median time', () => {
  const { states, ways } = figuresOf(
    CHART,
    ROWS.map((row, i) => ({ row, waited: i === 0 ? 3_000 : undefined })),
    ['form.waiting', 'form.waiting'],
  );
  expect(states).toEqual({
    opening: { count: 2, median: undefined },
    'form.waiting': { count: 2, median: 3_000 },
    'form.checking': { count: 2, median: 5 },
    'form.password.write.session': { count: 1, median: 2 },
    done: { count: 1, median: undefined },
  });
  expect(ways['opening open']).toEqual({ count: 2, median: undefined });
  expect(ways['form.waiting submit']).toEqual({ count: 2, median: 3_000 });
  expect(ways['form.checking accept.password']).toEqual({ count: 1, median: 6 });
});

test('medians, and times in words', () => {
  expect([medianOf([]), medianOf([3]), medianOf([9, 1, 5]), medianOf([4, 1, 2, 9])]).toEqual([undefined, 3, 5, 3]);
  expect([0.42, 12.6, 3_210, 240_000].map(sayMs)).toEqual(['0.4 ms', '13 ms', '3.2 s', '4 min']);
});
