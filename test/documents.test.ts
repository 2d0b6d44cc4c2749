import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const pages = [
  'README.md',
  'SECURITY.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file)),
];

/** Files that a reader makes in a folder of their own. */
const READERS_OWN: ReadonlySet<string> = new Set(['plugins/company_only.ts']);

/** A file, a folder, or how the names of files in a folder begin, as Vitest is given them. */
function names(path: string): boolean {
  const whole = join(root, path);
  if (existsSync(whole) || READERS_OWN.has(path)) return true;
  const folder = dirname(whole);
  return existsSync(folder) && readdirSync(folder).some((file) => file.startsWith(basename(whole)));
}

function found(page: string, pattern: RegExp): readonly string[] {
  return [...readFileSync(join(root, page), 'utf8').matchAll(pattern)].map(([, path = '']) => path);
}

test('a document names files that are there', () => {
  const named = /(?<![\w./-])((?:bench|bin|docs|examples|migrations|plugins|src|test|tools)\/[\w./-]*\w)/g;
  const missing = pages.flatMap((page) =>
    found(page, named)
      .filter((path) => !names(path))
      .map((path) => `${page}: ${path}`),
  );
  expect(missing).toEqual([]);
});

test('a link from one document to another leads to it', () => {
  const linked = /\]\((?!\w+:|#)([^)#\s]+)/g;
  const missing = pages.flatMap((page) =>
    found(page, linked)
      .filter((path) => !existsSync(resolve(root, dirname(page), path)))
      .map((path) => `${page}: ${path}`),
  );
  expect(missing).toEqual([]);
});

test('no id stands over two differences, and none over two promises', () => {
  for (const page of ['docs/reference/differences.md', 'docs/reference/security.md', 'docs/reference/reliability.md']) {
    const ids = found(page, /^### ([A-Z]+-?\d+)$/gm);
    expect(ids.length, page).toBeGreaterThan(5);
    expect(
      ids.filter((id, i) => ids.indexOf(id) !== i),
      page,
    ).toEqual([]);
  }
});
