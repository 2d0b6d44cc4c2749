import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { matchesGlob } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { LONG_TESTS, PROJECTS, type Project } from './projects.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const files = globSync('**/*.test.ts', {
  cwd: root,
  exclude: ['**/node_modules', 'dist', '.sallyport', 'test/config/kratos'],
});

const has = ({ include, exclude = [] }: Project, file: string): boolean =>
  include.some((glob) => matchesGlob(file, glob)) && !exclude.some((glob) => matchesGlob(file, glob));
const projectsOf = (file: string, repeats: boolean): readonly string[] =>
  Object.entries(PROJECTS).flatMap(([name, project]) =>
    (project.repeats === true) === repeats && has(project, file) ? [name] : [],
  );

test('every test file belongs to one project of one size', () => {
  expect(files.length).toBeGreaterThan(250);
  expect(files.filter((file) => projectsOf(file, false).length !== 1)).toEqual([]);
});

test('what is repeated under other circumstances is what npm test runs anyway', () => {
  const repeated = files.filter((file) => projectsOf(file, true).length > 0);
  expect(repeated.length).toBeGreaterThan(40);
  expect(repeated.filter((file) => projectsOf(file, false)[0] !== 'behaviour')).toEqual([]);
});

test('every file of the project "long" has the name of one long test', () => {
  const namesOf = (file: string): readonly string[] =>
    LONG_TESTS.flatMap(({ name, paths }) => (paths.some((path) => file.includes(path)) ? [name] : []));
  const long = files.filter((file) => projectsOf(file, false)[0] === 'long');
  expect(long.map((file) => [file, namesOf(file).length])).toEqual(long.map((file) => [file, 1]));
  const named = LONG_TESTS.filter(({ project }) => project === 'long').map(({ name }) => name);
  expect(new Set(long.flatMap(namesOf))).toEqual(new Set(named));
});

const run = (...args: readonly string[]): { readonly status: number | null; readonly output: string } => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['test/run.ts', ...args], {
    cwd: root,
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
};

test('npm run test:long lists its names, and knows no other', () => {
  const { status, output } = run('--long');
  expect(status).toBe(0);
  expect(output.split('\n').map((line) => line.split(' ')[0])).toEqual(
    expect.arrayContaining(LONG_TESTS.map(({ name }) => name)),
  );
  const unknown = run('--long', 'crash', 'frobnicate');
  expect([unknown.status, unknown.output]).toEqual([2, expect.stringContaining('no long test frobnicate')]);
});
