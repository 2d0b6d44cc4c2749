import { expect, test } from 'vitest';
import { ALPHABET, createRandom, systemRandom } from './random.ts';

test('tokens are 32 characters of the alphabet, never twice the same, no character favoured at any place', () => {
  const count = 20_000;
  const tokens = Array.from({ length: count }, () => systemRandom.token(32));
  expect(new Set(tokens).size).toBe(count);
  expect(tokens.every((each) => /^[A-Za-z0-9]{32}$/.test(each))).toBe(true);
  for (let place = 0; place < 32; place += 1) {
    const seen = new Map<string, number>();
    for (const token of tokens) seen.set(token.charAt(place), (seen.get(token.charAt(place)) ?? 0) + 1);
    const mean = count / 62;
    const chi = [...ALPHABET].reduce((sum, c) => sum + ((seen.get(c) ?? 0) - mean) ** 2 / mean, 0);
    // 61 degrees of freedom: beyond 180 once in 10^13 for a fair source.
    expect(chi).toBeLessThan(180);
  }
});

test('bytes that would favour the beginning of the alphabet are thrown away', () => {
  const source = [Buffer.from([248, 255, 0]), Buffer.from([250, 61]), Buffer.from([62])];
  const random = createRandom(
    () => source.shift() ?? Buffer.alloc(0),
    () => '',
  );
  expect(random.token(3)).toBe('A9A');
});

test('digits keep leading zeros and throw 250 to 255 away', () => {
  const source = [Buffer.from([0, 250, 255, 249]), Buffer.from([10, 1])];
  const random = createRandom(
    () => source.shift() ?? Buffer.alloc(0),
    () => '',
  );
  expect(random.digits(4)).toBe('0901');
});

test('ids are UUIDs of version 4', () => {
  expect(systemRandom.uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('ids of a moment are UUIDs of version 7: they begin with it, sort by it, and are never twice the same', () => {
  const now = Date.UTC(2026, 10, 30, 20);
  const ids = Array.from({ length: 1_000 }, () => systemRandom.uuidAt(now));
  expect(new Set(ids).size).toBe(1_000);
  for (const id of ids) {
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(now);
  }
  expect(systemRandom.uuidAt(now + 1) > (ids.toSorted().at(-1) ?? '')).toBe(true);
});
