import { expect, test } from 'vitest';
import { chosen } from './bench.ts';
import { readOptions } from './options.ts';

test('nothing said: three rounds of everything, on both databases', () => {
  expect(readOptions([])).toMatchObject({ rounds: 3, only: [], databases: ['SQLite', 'MariaDB'] });
});

test('what npm puts in front of the options is no option', () => {
  expect(readOptions(['--', '--only', 'whoami', '--only', 'login', '--on', 'sqlite'])).toMatchObject({
    only: ['whoami', 'login'],
    databases: ['SQLite'],
  });
});

test('a quick run has one round, or as many as are asked for', () => {
  expect(readOptions(['--quick'])?.rounds).toBe(1);
  expect(readOptions(['--quick', '--rounds', '2'])?.rounds).toBe(2);
});

test('help is asked for instead of a run', () => {
  expect(readOptions(['--help'])).toBeUndefined();
});

test.each([
  [['--on', 'oracle'], '--on is sqlite or mariadb, not oracle.'],
  [['--rounds', '0'], '--rounds is a number from 1 to 100.'],
  [['--rounds', 'many'], '--rounds is a number from 1 to 100.'],
  [['--fast'], '--fast'],
])('%j is refused', (args, words) => {
  expect(() => readOptions(args)).toThrow(words);
});

const lines = [{ name: 'whoami' }, { name: 'flow init' }, { name: 'login' }];

test.each([
  [[], ['whoami', 'flow init', 'login']],
  [['flow'], ['flow init']],
  [
    ['flow-init', 'login'],
    ['flow init', 'login'],
  ],
])('%j chooses lines', (only, expected) => {
  expect(chosen(lines, only).map(({ name }) => name)).toEqual(expected);
});

test('a word that no line begins with is refused, also beside others', () => {
  expect(() => chosen(lines, ['whoami', 'floo'])).toThrow('No line begins with floo: whoami, flow init, login.');
});
