import { expect, test } from 'vitest';
import { createUnattendedMessages } from './unattended-messages.ts';

const MINUTE = 60_000;

test('messages that no courier takes are told once, and once more when one has come', async () => {
  const start = Date.UTC(2026, 0, 1);
  const state: { now: number; since: number | undefined } = { now: start, since: undefined };
  const said: string[] = [];
  const { look } = createUnattendedMessages({
    outbox: { dueSince: () => Promise.resolve(state.since) },
    clock: { now: () => state.now },
    log: {
      warn: (message, facts) => void said.push(`warn ${message} ${JSON.stringify(facts)}`),
      info: (message) => void said.push(`info ${message}`),
    },
  });
  const at = async (minutes: number, since?: number): Promise<readonly string[]> => {
    Object.assign(state, {
      now: start + minutes * MINUTE,
      since: since === undefined ? undefined : start + since * MINUTE,
    });
    await look();
    return said.splice(0);
  };
  expect(await at(0)).toEqual([]);
  expect(await at(5, 0)).toEqual([]);
  expect(await at(6, 0)).toEqual([
    expect.stringMatching(/^warn .*sallyport courier watch.*"due_since":"2026-01-01T00:00:00/),
  ]);
  expect(await at(7, 0)).toEqual([]);
  expect(await at(8, 8)).toEqual([expect.stringMatching(/^info /)]);
  expect(await at(20, 8)).toEqual([expect.stringMatching(/^warn /)]);
  expect(await at(21)).toEqual([expect.stringMatching(/^info /)]);
});
