import { expect, test } from 'vitest';
import type { CompiledFlow } from './compiled-flow.ts';
import { createFormerGrammars } from './former-grammars.ts';

/** What is remembered of a machine. */
const machine = (shape: string): CompiledFlow =>
  ({ kind: 'login', shape, config: { id: 'flow', states: { [shape]: {} } } }) as unknown as CompiledFlow;
const HOUR = 3_600_000;

test('a grammar that is in force no more is kept as long as a flow of it can be open', () => {
  const former = createFormerGrammars();
  former.remember([machine('a')], 0, HOUR);
  former.remember([machine('b')], 10 * HOUR, HOUR);
  former.remember([machine('c')], 11 * HOUR, HOUR);
  expect(former.find('login', 'a')).toMatchObject({ states: { a: {} } });
  former.remember([machine('c')], 11 * HOUR + 1, HOUR);
  expect([former.find('login', 'a'), former.find('login', 'b')]).toEqual([undefined, expect.anything()]);
});

test('a longer lifespan of before counts after it was shortened', () => {
  const former = createFormerGrammars();
  former.remember([machine('a')], 0, 5 * HOUR);
  former.remember([machine('b')], 0, HOUR);
  former.remember([machine('b')], 4 * HOUR, HOUR);
  expect(former.find('login', 'a')).toBeDefined();
});

test('a grammar that comes back is in force again', () => {
  const former = createFormerGrammars();
  for (const [shape, now] of [['a', 0], ['b', 1], ['a', 2], ['a', 100 * HOUR]] as const) former.remember([machine(shape)], now, HOUR); // prettier-ignore
  expect(former.find('login', 'a')).toBeDefined();
});

test('a thousand grammars within an hour are bounded; the newest are kept', () => {
  const former = createFormerGrammars(10);
  for (let n = 0; n < 1_000; n += 1) former.remember([machine(`s${n}`)], n, HOUR);
  expect([former.size, former.find('login', 's989'), former.find('login', 's990')]).toEqual([
    10,
    undefined,
    expect.anything(),
  ]);
});
