import { expect, test } from 'vitest';
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
