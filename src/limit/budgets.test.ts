import { describe, expect, test } from 'vitest';

import type { LimitKey, LimitStore, LimitWrites } from './limit.ts';
import { type BudgetSettings, createLimits } from './budgets.ts';
import { clientNetwork, networkKey, networkOf, UNKNOWN_NETWORK } from './network.ts';

const MINUTE = 60_000;
const settings: BudgetSettings = {
  passwordFailures: { tries: 10, per: 15 * MINUTE },
  deviceFailures: { tries: 4, per: MINUTE },
  networkFailures: { tries: 3, per: MINUTE },
  strangerFailures: { tries: 5, per: MINUTE },
  lastPasswords: { tries: 1, per: MINUTE },
  codeFailures: { tries: 5, per: MINUTE },
  factorFailures: { tries: 2, per: MINUTE },
  deviceFactorFailures: { tries: 2, per: MINUTE },
  lastCodeSubmissions: { tries: 1, per: MINUTE },
  strangerSends: { tries: 5, per: MINUTE },
  strangerSendsADay: { tries: 5, per: MINUTE },
  strangerSendsEach: { tries: 1, per: MINUTE },
  deviceSends: { tries: 5, per: MINUTE },
  recoverySends: { tries: 2, per: MINUTE },
  codeSubmissions: { tries: 5, per: MINUTE },
  sendsAtOnce: { tries: 1, per: MINUTE },
  sendsADay: { tries: 15, per: 24 * 60 * MINUTE },
  networkSends: { tries: 100, per: 60 * MINUTE },
  sendWarnings: { tries: 1, per: 60 * MINUTE },
  sends: { tries: 2, per: MINUTE },
  registrations: { tries: 20, per: 60 * MINUTE },
  flows: { tries: 3, per: MINUTE },
};

function memory() {
  const windows = new Map<string, { count: number; endsAt: number }>();
  const store: LimitStore = {
    read(key, now) {
      const window = windows.get(key);
      return Promise.resolve(window === undefined || window.endsAt <= now ? { count: 0, endsAt: now } : window);
    },
    count(key, windowMs, now) {
      const old = windows.get(key);
      const window =
        old === undefined || old.endsAt <= now
          ? { count: 1, endsAt: now + windowMs }
          : { ...old, count: old.count + 1 };
      windows.set(key, window);
      return Promise.resolve(window);
    },
    readAll: (keys, now) => Promise.all(keys.map((key) => store.read(key, now))),
    countAll: (counters, now) =>
      Promise.all(counters.map(({ keyHash, windowMs }) => store.count(keyHash, windowMs, now))),
    uncount(key, now) {
      const window = windows.get(key);
      if (window !== undefined && window.endsAt > now) windows.set(key, { ...window, count: window.count - 1 });
      return Promise.resolve();
    },
  };
  const writes: LimitWrites = {
    clear(keys) {
      for (const key of keys) windows.delete(key);
      return Promise.resolve();
    },
  };
  return { store, writes, windows };
}

function start() {
  const clock = { at: 0, now: () => clock.at };
  const { store, writes, windows } = memory();
  const reached: LimitKey[] = [];
  const limits = createLimits({ store, counts: store }, settings, clock, (key) => void reached.push(key));
  return { limits, writes, clock, windows, reached };
}

const ada: LimitKey = { budget: 'passwordFailures', subject: 'ada@example.com' };

describe('a budget of guesses', () => {
  test('lets its number of tries through and refuses the next', async () => {
    const { limits } = start();
    const answers = [];
    for (let i = 0; i < 11; i++) answers.push((await limits.take([ada])).ok);
    expect(answers).toEqual([...Array.from({ length: 10 }, () => true), false]);
  });

  test('lets no more than its number through when a hundred come at once', async () => {
    const { limits } = start();
    const answers = await Promise.all(Array.from({ length: 100 }, () => limits.take([ada])));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(10);
  });

  test('lets one more through after each wait, and the waits grow', async () => {
    const { limits, clock } = start();
    for (let i = 0; i < 10; i++) await limits.take([ada]);
    const waits = [];
    for (let i = 0; i < 6; i++) {
      const answer = await limits.take([ada]);
      if (answer.ok) continue;
      waits.push(answer.retryAfter);
      clock.at += answer.retryAfter * 1_000;
    }
    expect(waits).toEqual([1, 2, 8]);
  });

  test('never waits longer than a quarter of an hour', async () => {
    const { limits } = start();
    const answers = [];
    for (let i = 0; i < 60; i++) answers.push(await limits.take([ada]));
    for (const answer of answers) expect(answer.ok || answer.retryAfter <= 900).toBe(true);
  });

  test('begins anew when its window is over', async () => {
    const { limits, clock } = start();
    for (let i = 0; i < 30; i++) await limits.take([ada]);
    clock.at += 15 * MINUTE;
    for (let i = 0; i < 10; i++) expect(await limits.take([ada])).toEqual({ ok: true });
  });

  test('is whole again after a success, the gate included', async () => {
    const { limits, writes, clock } = start();
    for (let i = 0; i < 12; i++) await limits.take([ada]);
    await limits.forgive([ada], writes);
    clock.at += 1;
    const answers = await Promise.all(Array.from({ length: 100 }, () => limits.take([ada])));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(10);
  });
});

test('what has happened is added up afterwards, and looking counts nothing', async () => {
  const { limits, clock } = start();
  const network: LimitKey = { budget: 'networkFailures', subject: 'x' };
  for (let i = 0; i < 10; i++) expect(await limits.left(network)).toEqual({ ok: true });
  for (let i = 0; i < 3; i++) await limits.add(network);
  clock.at = 10_000;
  expect(await limits.left(network)).toEqual({ ok: false, retryAfter: 50 });
  clock.at = MINUTE;
  expect(await limits.left(network)).toEqual({ ok: true });
});

test('what was counted and did not happen is given back', async () => {
  const { limits } = start();
  const network: LimitKey = { budget: 'registrations', subject: 'x' };
  for (let i = 0; i < 20; i++) expect(await limits.take([network])).toEqual({ ok: true });
  expect((await limits.left(network)).ok).toBe(false);
  await limits.giveBack(network);
  expect((await limits.left(network)).ok).toBe(true);
});

test('a sum that is added up afterwards is said to be reached once, too', async () => {
  const { limits, reached, clock } = start();
  const network: LimitKey = { budget: 'networkFailures', subject: 'x' };
  for (let i = 0; i < 2; i++) await limits.add(network);
  expect(reached).toEqual([]);
  for (let i = 0; i < 5; i++) await limits.add(network);
  expect(reached).toEqual([network]);
  clock.at = MINUTE;
  for (let i = 0; i < 3; i++) await limits.add(network);
  expect(reached).toEqual([network, network]);
});

test('a budget of mails is not forgiven and says when its window ends', async () => {
  const { limits, writes, clock } = start();
  const key: LimitKey = { budget: 'sends', subject: 'x' };
  await limits.take([key]);
  await limits.forgive([key], writes);
  clock.at = 10_000;
  await limits.take([key]);
  expect(await limits.take([key])).toEqual({ ok: false, retryAfter: 50 });
});

test('budgets and subjects do not mix, and none can be read from the table', async () => {
  const { limits, windows } = start();
  await limits.take([ada, { budget: 'sends', subject: 'ada@example.com' }, { ...ada, subject: 'eve' }]);
  expect([...windows.values()].map(({ count }) => count)).toEqual([1, 1, 1]);
  for (const key of windows.keys()) expect(key).toMatch(/^[0-9a-f]{64}$/);
});

test('a refused key stops the rest from being counted', async () => {
  const { limits, windows } = start();
  const flows: LimitKey = { budget: 'flows', subject: 'x' };
  for (let i = 0; i < 4; i++) await limits.take([flows]);
  expect(await limits.take([flows, ada])).toEqual({ ok: false, retryAfter: 60 });
  expect(windows.size).toBe(1);
});

describe('several budgets at once', () => {
  const pair: LimitKey = { budget: 'passwordFailures', subject: 'ada 192.0.2.7/32' };
  const sum: LimitKey = { budget: 'strangerFailures', subject: 'ada' };
  const network: LimitKey = { budget: 'networkFailures', subject: '192.0.2.7/32' };

  test('are taken from while each has a try left, and from none when one has not', async () => {
    const { limits, windows } = start();
    const counts = () => [...windows.values()].map(({ count }) => count);
    for (let i = 0; i < 5; i++) expect(await limits.takeTogether([pair, sum], [network])).toBe(true);
    expect(await limits.takeTogether([pair, sum], [network])).toBe(false);
    expect(counts()).toEqual([5, 5]);
  });

  test('are taken from for no more than the budget when a hundred come at once, and the rest costs nothing', async () => {
    const { limits, windows } = start();
    const answers = await Promise.all(Array.from({ length: 100 }, () => limits.takeTogether([pair, sum], [network])));
    expect(answers.filter(Boolean)).toHaveLength(5);
    expect([...windows.values()].map(({ count }) => count)).toEqual([5, 5]);
  });

  test('one that is only read refuses, too, and counts nothing', async () => {
    const { limits, windows } = start();
    for (let i = 0; i < 3; i++) await limits.add(network);
    expect(await limits.takeTogether([pair, sum], [network])).toBe(false);
    expect(windows.size).toBe(1);
  });
});

test('a limit is said to be reached once for each window and key, however many tries come after it', async () => {
  const { limits, reached, clock } = start();
  const eve: LimitKey = { budget: 'flows', subject: 'eve' };
  for (let i = 0; i < 12; i++) await limits.take([ada]);
  for (let i = 0; i < 5; i++) await limits.take([eve]);
  expect(reached).toEqual([ada, eve]);
  clock.at += MINUTE;
  for (let i = 0; i < 5; i++) await limits.take([eve]);
  expect(reached).toEqual([ada, eve, eve]);
});

describe('a network', () => {
  test.each([
    ['192.0.2.7', '192.0.2.7/32'],
    ['::ffff:192.0.2.7', '192.0.2.7/32'],
    ['::ffff:c000:207', '192.0.2.7/32'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::ffff', '2001:db8:1:2::/64'],
    ['2001:db8:1:3::1', '2001:db8:1:3::/64'],
    ['not an address', undefined],
  ])('of %s is %s', (ip, network) => {
    expect(networkOf(ip)).toBe(network);
  });

  test.each([
    ['127.0.0.1', 0, false],
    ['::1', 0, false],
    ['::ffff:127.0.0.1', 0, false],
    ['127.0.0.1', 1, true],
    ['127.0.0.2', 0, true],
    ['192.0.2.7', 0, true],
  ])('%s with %i proxies counts: %s', (ip, proxies, counts) => {
    expect(networkKey('flows', clientNetwork(ip, proxies)) !== undefined).toBe(counts);
  });

  test('that nobody knows has no counter', () => {
    expect(networkKey('flows', UNKNOWN_NETWORK)).toBeUndefined();
  });
});
