import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Where comments are looked at. */
const FOLDERS = ['bench', 'bin', 'examples', 'migrations', 'plugins', 'src', 'test', 'tools'];
const CODE: ReadonlySet<string> = new Set(['.ts', '.cjs', '.mjs', '.js']);

/** Pages whose headings are ids that a comment may cite. */
const PAGES = ['security.md', 'reliability.md', 'differences.md'];
/** Names of standards that look like such an id. */
const STANDARD = /^(?:AES|ES|HS|ISO|MD|P|PS|RS|SHA|UTF)-\d+$/;

/** Documents that are not in this repository, under the names by which comments cited them. */
const ABSENT =
  /\b(?:config-courier-cli|design|house|kratos-database|libraries|old-configurations|own-keys|second-factors|seed-dialects|self-service|sessions-and-admin|style)(?:\.md)? §?[A-Z]?\d+(?:\.\d+)*/g;

const headings = new Set(
  PAGES.flatMap((page) =>
    [...readFileSync(join(root, 'docs/reference', page), 'utf8').matchAll(/^### (\S+)$/gm)].map(([, id = '']) => id),
  ),
);
const decisions = readdirSync(join(root, 'docs/decisions'));

/** Comments, less what only looks like one inside a text. */
function commentsOf(source: string): readonly string[] {
  const tokens = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|(\/\/[^\n]*|\/\*[\s\S]*?\*\/)/g;
  return [...source.matchAll(tokens)].flatMap(([, comment]) => (comment === undefined ? [] : [comment]));
}

/** What a comment cites and a reader of the repository cannot open. */
function deadCitations(comment: string): readonly string[] {
  const all = (pattern: RegExp): readonly string[] => [...comment.matchAll(pattern)].map(([, found = '']) => found);
  return [
    ...all(/\b((?:[A-Z]{1,3}-(?:\d+|MEM))|X[1-9]\d?)\b/g).filter((id) => !headings.has(id) && !STANDARD.test(id)),
    ...all(/([\w./-]+\.md)\b/g).filter((path) => !existsSync(join(root, path))),
    ...all(/docs\/decisions\/([\w-]*)/g).filter((name) => !decisions.some((file) => file.startsWith(name))),
    ...all(/\b(?:decision|record) (\d{4})\b/gi).filter((number) => !decisions.some((file) => file.startsWith(number))),
    ...[...comment.matchAll(ABSENT)].map(([whole]) => whole),
    ...[...comment.matchAll(/\b(?:dialects?|in|lists of) [DHJM]\b/g)].map(([whole]) => whole),
  ];
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => CODE.has(extname(file)) && !file.includes('node_modules'))
    .map((file) => join(folder, file));
}

test('a comment cites what its reader can open: a promise, a decision, a public standard', () => {
  const dead = FOLDERS.flatMap(filesIn).flatMap((file) =>
    commentsOf(readFileSync(join(root, file), 'utf8'))
      .flatMap(deadCitations)
      .map((citation) => `${file}: ${citation}`),
  );
  expect(dead).toEqual([]);
});

test('the search finds what leads nowhere, and nothing else', () => {
  const source = [
    '/** A rule of one page (security PW-7), of another (R-40, R-MEM), of a standard: UTF-8, RFC 9110 5.5, ASVS V6.2.1. */',
    "const url = 'http://example.org/#self-service.md 4.1'; // see docs/decisions/0004",
    '// As self-service.md 4.1, design 6.12 and XY-1 ask, in J and decision 9999.',
  ].join('\n');
  expect(commentsOf(source)).toHaveLength(3);
  expect(commentsOf(source).map(deadCitations)).toEqual([
    [],
    [],
    ['XY-1', 'self-service.md', '9999', 'self-service.md 4.1', 'design 6.12', 'in J'],
  ]);
});
