import { expect, test } from 'vitest';
import { placeInFile } from './place-in-file.ts';

const TEXT = `import { defineHook } from 'sallyport/plugin';

export default defineHook({
  name: 'one',
  at: { 'registration.during': 'prepare' },
  timeoutMs: 100,
  run: { prepare() {} },
});
`;

test.each([
  ['name', 4, 3],
  ["at['registration.during']", 5, 9],
  ['timeoutMs', 6, 3],
  ['run.write', 7, 3],
  ['claims', 3, 1],
  ['export default', 3, 1],
  ['', 3, 1],
])('%j of a hook is found', (path, line, column) => {
  expect(placeInFile('one.ts', TEXT, path)).toEqual({ file: 'one.ts', line, column });
});

test('a file with nothing of a hook in it is at fault from its beginning', () => {
  expect(placeInFile('one.ts', 'const a = 1;', 'export default')).toEqual({ file: 'one.ts', line: 1, column: 1 });
});
