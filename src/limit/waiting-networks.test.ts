import { expect, test } from 'vitest';
import { createWaitingNetworks } from './waiting-networks.ts';

const start = () => {
  const clock = { at: 0, now: () => clock.at };
  return { clock, line: createWaitingNetworks(clock, 1_000) };
};

test('the network that came first has the try, however often another one asks', () => {
  const { line } = start();
  expect(line.isFirst('ada', 'owner')).toBe(true);
  for (let i = 0; i < 100; i += 1) expect(line.isFirst('ada', 'crowd')).toBe(false);
  expect(line.isFirst('ada', 'owner')).toBe(true);
});

test('whoever has had it goes to the end', () => {
  const { line } = start();
  line.isFirst('ada', 'crowd');
  line.isFirst('ada', 'owner');
  line.leave('ada', 'crowd');
  expect([line.isFirst('ada', 'crowd'), line.isFirst('ada', 'owner')]).toEqual([false, true]);
});

test('one that went away is not waited for, and accounts have lines of their own', () => {
  const { line, clock } = start();
  line.isFirst('ada', 'gone');
  expect(line.isFirst('eve', 'owner')).toBe(true);
  clock.at = 1_001;
  expect(line.isFirst('ada', 'owner')).toBe(true);
});

test('the lines are bounded', () => {
  const { line } = start();
  line.isFirst('ada', 'owner');
  for (let i = 0; i < 5_000; i += 1) line.isFirst('ada', `network ${i}`);
  expect(line.isFirst('ada', 'owner')).toBe(true);
  for (let i = 0; i < 5_000; i += 1) line.isFirst(`account ${i}`, 'owner');
  expect(line.isFirst('ada', 'other')).toBe(true); // its line was the oldest
});
