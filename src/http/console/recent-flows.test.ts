import { expect, test } from 'vitest';
import type { FlowRow, JournalRow, JournalStep } from '../../flow/flow.ts';
import { readOutcome, replacedOutcome } from '../../flow/journal.ts';
import { fits, fitsUnsent, listFlows, outcomeOf, type FlowFilter } from '../../analysis/flow-list.ts';
import { createRecentFlows, WINDOW, type FlowNews } from './recent-flows.ts';

const step = (state: string, event: string, ms = 1): JournalStep => ({ state, event, ms });
const row = (id: string, values: Partial<JournalRow> = {}): JournalRow => ({
  id,
  flowId: `flow-${id}` as JournalRow['flowId'],
  otherFlowId: undefined,
  kind: 'login',
  method: 'password',
  outcome: { kind: 'passed', code: 'done', reason: undefined },
  identityId: undefined,
  sessionId: undefined,
  steps: [step('form.checking', 'accept.password')],
  at: 1_000,
  keepUntil: 2_000,
  ...values,
});
const opened = (id: string, at: number): FlowRow =>
  ({ id, kind: 'login', state: { form: 'waiting' }, issuedAt: at }) as unknown as FlowRow;

const ANY: FlowFilter = {
  kind: undefined,
  method: undefined,
  outcome: undefined,
  identity: undefined,
  hook: undefined,
  slow: false,
  failed: false,
};

test('keeps the last minutes, tells news as they come, and knows how long a person was waited for', () => {
  let now = 100_000;
  const live = createRecentFlows({ now: () => now });
  const news: FlowNews[] = [];
  const stop = live.listen((each) => void news.push(each));
  live.opened(opened('a', 100_000));
  live.recorded(
    row('1', { flowId: 'a' as JournalRow['flowId'], at: 107_000, steps: [step('form.checking', 'x', 2_000)] }),
  );
  live.recorded(
    row('2', { flowId: 'a' as JournalRow['flowId'], at: 110_000, steps: [step('form.checking', 'x', 500)] }),
  );
  stop();
  live.recorded(row('3', { at: 111_000 }));
  expect(news.map(({ what }) => what)).toEqual(['opened', 'passed', 'passed']);
  expect(live.within('login').passed.map(({ waited }) => waited)).toEqual([5_000, 2_500, undefined]);
  expect(live.within('registration')).toEqual({ passed: [], opened: [] });
  now = 107_000 + WINDOW;
  expect(live.within('login').passed).toHaveLength(3);
  now = 110_001 + WINDOW;
  expect(live.within('login')).toMatchObject({ passed: [{ row: { id: '3' } }], opened: [] });
});

test('knows what was opened and not sent, until it is sent, goes on in another flow, or its time is over', () => {
  let now = 100_000;
  const live = createRecentFlows({ now: () => now }, 10);
  const id = (name: string) => name as JournalRow['flowId'];
  const there = () => live.unsent().map((flow) => flow.id);
  for (const name of ['a', 'b', 'c', 'd', 'e']) live.opened(opened(name, now++));
  live.recorded(row('1', { flowId: id('a') }));
  live.recorded(row('2', { flowId: id('x'), otherFlowId: id('b') })); // x goes on with what was sent to b
  live.recorded(row('3', { flowId: id('y'), otherFlowId: id('d'), outcome: replacedOutcome })); // d was begun for y
  expect(there()).toEqual(['e', 'd', 'c']);
  now = 100_003 + WINDOW;
  expect(there()).toEqual(['e', 'd']);
  for (let i = 0; i < 30; i++) live.opened(opened(`f${i}`, now));
  expect(there()).toHaveLength(10);
});

test('holds no more than it may, however much passes', () => {
  const live = createRecentFlows({ now: () => 1_000 }, 10);
  for (let i = 0; i < 1_000; i++) {
    live.opened(opened(`f${i}`, 1_000));
    live.recorded(row(String(i)));
  }
  const { passed, opened: begun } = live.within('login');
  expect([passed.length, begun.length]).toEqual([10, 10]);
  expect(passed.at(-1)?.row.id).toBe('999');
});

test.each([
  ['done', 'hook.continue', 'passed'],
  ['success.waiting', 'store.done', 'passed'],
  ['form.waiting', 'strategy.reject', 'refused'],
  ['form.waiting', 'store.taken', 'refused'],
  ['sent.waiting', 'store.done', 'waits'],
  ['diverted', 'hook.divert', 'elsewhere'],
  ['failed: hook_failed', 'failed', 'failed'],
  ['refused: flow_expired: too late', 'submit', 'refused'],
  ['replaced', 'submit', 'elsewhere'],
])('a submit that ended on %s by %s is called: %s', (outcome, event, word) => {
  expect(outcomeOf({ outcome: readOutcome(outcome, null, [step('x', event)]) })).toBe(word);
});

test('a filter is all of its conditions', () => {
  const slow = row('1', {
    identityId: 'i' as NonNullable<JournalRow['identityId']>,
    steps: [step('form.password.prepare.web_hook~2', 'hook.continue', 1_200)],
  });
  const fitting: readonly Partial<FlowFilter>[] = [
    {},
    { kind: 'login', method: 'password', outcome: 'passed' },
    { hook: 'web_hook', slow: true },
    { hook: 'web_hook~2', identity: 'i' },
  ];
  const others: readonly Partial<FlowFilter>[] = [
    { kind: 'settings' },
    { method: 'code' },
    { outcome: 'refused' },
    { hook: 'web' },
    { hook: 'checking' },
    { identity: 'j' },
    { failed: true },
  ];
  expect(fitting.map((filter) => fits(slow, { ...ANY, ...filter }))).toEqual([true, true, true, true]);
  expect(others.map((filter) => fits(slow, { ...ANY, ...filter }))).toEqual(others.map(() => false));
  expect(fits(row('2'), { ...ANY, slow: true })).toBe(false);
});

test('an opened flow fits what asks for no more than a kind and for no other outcome', () => {
  const fitting: readonly Partial<FlowFilter>[] = [{}, { kind: 'login' }, { outcome: 'opened' }];
  const others: readonly Partial<FlowFilter>[] = [
    { kind: 'settings' },
    { outcome: 'waits' },
    { method: 'password' },
    { identity: 'i' },
    { hook: 'session' },
    { slow: true },
    { failed: true },
  ];
  expect(fitting.map((filter) => fitsUnsent('login', { ...ANY, ...filter }))).toEqual([true, true, true]);
  expect(others.map((filter) => fitsUnsent('login', { ...ANY, ...filter }))).toEqual(others.map(() => false));
});

test('a flow is listed once, at its newest submit; a search that finds little ends, and goes on where it ended', async () => {
  const stored = Array.from({ length: 7_000 }, (_, i) =>
    row(String(10_000 + i), {
      flowId: `f${i % 3_500}` as JournalRow['flowId'],
      method: i === 3_600 ? 'code' : 'password',
    }),
  ).toReversed();
  let batches = 0;
  const flows = {
    recent: (before: string | undefined, size: number) => {
      batches += 1;
      return Promise.resolve(stored.filter(({ id }) => before === undefined || id < before).slice(0, size));
    },
    newest: () => Promise.resolve(new Set(stored.slice(0, 3_500).map(({ id }) => id))),
  };
  const first = await listFlows(flows, ANY, undefined, 50);
  expect(first.rows.map(({ id }) => id)).toEqual(stored.slice(0, 50).map(({ id }) => id));
  expect([first.looked, batches]).toEqual([50, 1]);
  const second = await listFlows(flows, ANY, first.next, 50);
  expect(second.rows[0]?.id).toBe(stored[50]?.id);

  const rare = await listFlows(flows, { ...ANY, method: 'code' }, undefined, 50);
  expect(rare.rows.map(({ id }) => id)).toEqual(['13600']);
  expect(rare.looked).toBe(5_000);
  const rest = await listFlows(flows, { ...ANY, method: 'code' }, rare.next, 50);
  expect(rest).toEqual({ rows: [], next: undefined, looked: 2_000 });
});
