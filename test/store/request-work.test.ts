import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { workOfRequests } from '../support/request-work.ts';
import type { Database } from '../support/store-work.ts';
import { mysql, sqliteFile, type EngineUnderTest } from './engines.ts';

/*
 * What each kind of request costs, from the beginning of its flow on: round trips, and commits that wait for the disk. They are
 * counts and hold on every machine. One that goes up wants a reason; one that goes down is written down here.
 */

// Nothing is swept and no messages are looked for meanwhile.
beforeAll(() => void vi.useFakeTimers({ toFake: ['setInterval'] }));
afterAll(() => void vi.useRealTimers());

const work = (roundTrips: number, commits: number) => ({ roundTrips, commits });

async function workOn(database: Database, { place }: EngineUnderTest, proxied: boolean) {
  const { dsn, remove } = await place();
  try {
    return await workOfRequests({ database, dsn, proxied });
  } finally {
    await remove();
  }
}

/** The same wherever requests come from. */
const ANYWHERE = {
  'flow init': work(1, 1),
  whoami: work(1, 0),
  'settings, the profile': work(15, 2),
  'settings, a password': work(19, 2),
  logout: work(7, 1),
};

test('on MariaDB, behind a trusted proxy', async () => {
  expect(await workOn('MariaDB', mysql, true)).toEqual({
    ...ANYWHERE,
    'login, an app': work(12, 3),
    'login, a known browser': work(10, 3),
    'login, another browser': work(11, 3),
    'login, a wrong password': work(11, 4),
    registration: work(14, 3),
  });
});

test('on MariaDB, without a proxy', async () => {
  expect(await workOn('MariaDB', mysql, false)).toEqual({
    ...ANYWHERE,
    'login, an app': work(11, 3),
    'login, a known browser': work(10, 3),
    'login, another browser': work(11, 3),
    'login, a wrong password': work(9, 3),
    registration: work(12, 2),
  });
});

/** Counts of tries are not waited for: the end of the machine may forget the last ones. */
test('on SQLite, behind a trusted proxy', async () => {
  expect(await workOn('SQLite', sqliteFile, true)).toEqual({
    ...ANYWHERE,
    'login, an app': work(12, 2),
    'login, a known browser': work(10, 2),
    'login, another browser': work(11, 2),
    'login, a wrong password': work(11, 2),
    registration: work(14, 2),
  });
});

test('on SQLite, without a proxy', async () => {
  expect(await workOn('SQLite', sqliteFile, false)).toEqual({
    ...ANYWHERE,
    'login, an app': work(11, 2),
    'login, a known browser': work(10, 2),
    'login, another browser': work(11, 2),
    'login, a wrong password': work(9, 2),
    registration: work(12, 2),
  });
});
