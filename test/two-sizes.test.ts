import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { LONG_TESTS } from './projects.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Without what vitest tells its workers. */
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST')));

const run = (...args: readonly string[]): readonly string[] =>
  spawnSync(process.execPath, ['test/run.ts', ...args], { cwd: root, env, encoding: 'utf8' })
    .stdout.trimEnd()
    .split('\n');

test('a run whose time is over names the long tests that it left out, and ends with its counts', () => {
  const lines = run('--long-until', '1', '--project', 'unit', 'test/imports.test.ts');
  expect(lines.slice(-2)).toEqual([
    `Left out for want of time: npm run test:long -- ${LONG_TESTS.map(({ name }) => name).join(' ')}`,
    expect.stringMatching(/^[1-9]\d* passed, 0 failed$/),
  ]);
}, 60_000);

test('a run that finds no test fails', () => {
  expect(run('test/no-such-folder').at(-1)).toBe('0 passed, 1 failed');
}, 60_000);
