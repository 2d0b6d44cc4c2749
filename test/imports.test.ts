import { expect, test } from 'vitest';
import { cycles } from './imports/cycles.ts';
import { EXCEPTIONS, LOOSE_FILES } from './imports/exceptions.ts';
import { readImports, sources } from './imports/read-imports.ts';
import { EACH, HOMES, LOOSE, MAY, WITHIN } from './imports/table.ts';

const imports = readImports();
const inside = imports.filter(({ isPackage }) => !isPackage);

/** `path` is `place`, or lies below it. */
const isAt = (path: string, place: string): boolean => path === place || path.startsWith(`${place}/`);
const folderOf = (file: string): string => file.split('/')[0] ?? file;

/** The deepest folder of WITHIN that holds both. */
function homeOfBoth(file: string, target: string): string | undefined {
  return Object.keys(WITHIN)
    .filter((home) => isAt(file, home) && isAt(target, home))
    .toSorted((a, b) => b.length - a.length)[0];
}

/** The row of WITHIN[home] for a file: its folder, its own row if it is a loose file that has one, or that of loose files. */
function roomOf(file: string, home: string): string {
  const [room = '', ...rest] = file.slice(home.length + 1).split('/');
  if (rest.length > 0) return room;
  return WITHIN[home]?.[room] === undefined ? LOOSE : room;
}

function rowOf(home: string, room: string): readonly string[] | undefined {
  const rows = WITHIN[home] ?? {};
  return rows[room] ?? (room === LOOSE ? undefined : rows[EACH]);
}

/** What breaks the table, as "folder imports file". */
function forbidden(): ReadonlySet<string> {
  return new Set(
    inside.flatMap(({ file, target }) => {
      const folder = folderOf(file);
      if (LOOSE_FILES.includes(file) || LOOSE_FILES.includes(target)) return [];
      if (folder !== folderOf(target)) {
        return MAY[folder]?.some((place) => isAt(target, place)) ? [] : [`${folder} imports ${target}`];
      }
      const home = homeOfBoth(file, target);
      if (home === undefined) return [];
      const [from, to] = [roomOf(file, home), roomOf(target, home)];
      const allowed = rowOf(home, from) ?? [];
      const fits = from === to || allowed.includes(to) || (allowed.includes(EACH) && to !== LOOSE);
      return fits ? [] : [`${from === LOOSE ? `loose in ${home}` : `${home}/${from}`} imports ${target}`];
    }),
  );
}

test('every folder imports only what its row of the table lists', () => {
  expect([...forbidden()].filter((each) => !EXCEPTIONS.includes(each))).toEqual([]);
});

test('no exception is left that nothing needs', () => {
  const needed = forbidden();
  expect(EXCEPTIONS.filter((each) => !needed.has(each))).toEqual([]);
});

test('every folder has its row, and its folders have theirs', () => {
  const folders = new Set(sources().map(folderOf));
  expect([...folders].filter((folder) => MAY[folder] === undefined && !LOOSE_FILES.includes(folder))).toEqual([]);
  expect(LOOSE_FILES.filter((file) => !folders.has(file))).toEqual([]);
  expect(Object.keys(MAY).filter((row) => !folders.has(row))).toEqual([]);
  const deep = sources().filter((file) => file.split('/').length > 2);
  expect([...new Set(deep.map(folderOf))].filter((folder) => WITHIN[folder] === undefined)).toEqual([]);
  const rooms = new Set(
    Object.keys(WITHIN).flatMap((home) =>
      sources()
        .filter((file) => isAt(file, home) && rowOf(home, roomOf(file, home)) === undefined)
        .map((file) => `${home}/${roomOf(file, home)}`),
    ),
  );
  expect([...rooms]).toEqual([]);
});

test('the table has a direction: nobody may import a row above its own', () => {
  const rows = Object.keys(MAY);
  const upwards = Object.entries(MAY).flatMap(([row, allowed]) =>
    allowed
      .map(folderOf)
      .filter((folder) => rows.indexOf(folder) <= rows.indexOf(row))
      .map((folder) => `${row} may import ${folder}`),
  );
  expect(upwards).toEqual([]);
});

test('a package is imported at home alone', () => {
  const packages = imports.filter(({ isPackage }) => isPackage);
  const stray = packages.filter(({ file, target }) => !HOMES[target]?.some((home) => isAt(file, home)));
  expect(stray.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
});

test('no file imports itself by way of others, types included', () => {
  expect(cycles(inside)).toEqual([]);
});
