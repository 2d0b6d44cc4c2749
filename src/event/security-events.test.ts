import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemRandom } from '../secret/random.ts';
import type { SecurityEvent } from './catalogue.ts';
import { createIdentifierHash } from './identifier-hash.ts';
import { createSecurityEvents, type Origin } from './security-events.ts';

const MINUTE = 60_000;
const identifierHash = createIdentifierHash(['a secret of the test', 'an older one']);

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 2, 3, 4, 5, 6) }));
afterEach(() => void vi.useRealTimers());

function start() {
  const told: SecurityEvent[] = [];
  const from = { origin: { request: 'r-1', client: '2001:db8:1:2::7' } as Origin | undefined };
  const events = createSecurityEvents({
    clock: { now: () => Date.now() },
    random: systemRandom,
    identifierHash,
    origin: () => from.origin,
    listeners: [(event) => void told.push(event)],
  });
  const refuse = (times: number): void => {
    for (let n = 0; n < times; n += 1) events.refused('csrf.refused', { why: 'no_cookie' });
  };
  return { events, told, from, refuse };
}

test('every event is stamped with its form, its own id, the time and where it comes from', () => {
  const { events, told } = start();
  events.noted('admin.write', { route: 'DELETE /admin/sessions/:id', audit: 'session.disable', fields: [] });
  expect(told).toEqual([
    {
      event: 'admin.write',
      version: 1,
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      time: '2026-01-02T03:04:05.006Z',
      request: 'r-1',
      client: '2001:db8:1:2::7',
      network: '2001:db8:1:2::/64',
      route: 'DELETE /admin/sessions/:id',
      audit: 'session.disable',
      fields: [],
    },
  ]);
  const id = told[0]?.id.replaceAll('-', '') ?? '';
  expect(Number.parseInt(id.slice(0, 12), 16)).toBe(Date.now());
});

test('work of the server itself comes from nowhere', () => {
  const { events, told, from } = start();
  from.origin = undefined;
  events.refused('csrf.refused', { why: 'no_cookie' });
  for (const member of ['request', 'client', 'network']) expect(told[0]).not.toHaveProperty(member);
});

test('an identifier is told as a keyed hash, equal for equal ones under one key', () => {
  const { events, told } = start();
  for (const identifier of ['ada@example.com', 'ada@example.com', 'eve@example.com'])
    events.refused('login.failed', { reason: 'credentials', aal: 'aal1', identifier });
  const hashes = told.map((event) => event['identifier_hash']);
  expect(hashes[0]).toMatch(/^h1\.[0-9a-f]{8}\.[\w-]{22}$/);
  expect(hashes[1]).toBe(hashes[0]);
  expect(hashes[2]).not.toBe(hashes[0]);
  expect(createIdentifierHash(['another secret'])('ada@example.com')).not.toBe(hashes[0]);
  expect(JSON.stringify(told)).not.toContain('example.com');
});

describe('what was accomplished', () => {
  test('is told when the transaction has committed', () => {
    const { events, told } = start();
    const after: (() => void)[] = [];
    events.accomplished({ afterCommit: (tell) => void after.push(tell) }, 'registration.succeeded', {});
    expect(told).toEqual([]);
    for (const tell of after) tell();
    expect(told.map(({ event }) => event)).toEqual(['registration.succeeded']);
  });
});

describe('refusals', () => {
  test('are told twenty times a minute, and then once more with how many were left out', () => {
    const { told, refuse } = start();
    refuse(25);
    expect(told).toHaveLength(20);
    vi.advanceTimersByTime(2 * MINUTE);
    expect(told).toHaveLength(21);
    expect(told[20]).toMatchObject({ event: 'csrf.refused', network: '2001:db8:1:2::/64', suppressed: 5 });
    expect(new Set(told.map(({ id }) => id)).size).toBe(21);
    refuse(1);
    expect(told).toHaveLength(22);
    expect(told[21]).not.toHaveProperty('suppressed');
    vi.advanceTimersByTime(3 * MINUTE);
    expect(told).toHaveLength(22);
  });

  test('of another kind or another network have their own twenty', () => {
    const { events, told, from, refuse } = start();
    refuse(21);
    events.refused('login.failed', { reason: 'credentials', aal: 'aal1' });
    from.origin = { request: 'r-2', client: '2001:db8:1:3::7' };
    refuse(1);
    expect(told).toHaveLength(22);
  });

  test('that are still counted are told when the server stops', () => {
    const { events, told, refuse } = start();
    refuse(23);
    events.close();
    expect(told.at(-1)).toMatchObject({ suppressed: 3 });
    expect(told).toHaveLength(21);
  });

  test('of very many networks take no more than a bounded memory: the oldest window ends early, and is told', () => {
    const { told, from, refuse } = start();
    refuse(22);
    for (let n = 0; n < 10_000; n += 1) {
      from.origin = { request: 'r', client: `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}` };
      refuse(1);
    }
    const summaries = told.filter((event) => event['suppressed'] !== undefined);
    expect(summaries).toEqual([expect.objectContaining({ network: '2001:db8:1:2::/64', suppressed: 2 })]);
  });
});
