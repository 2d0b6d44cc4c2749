import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { isScalar, LineCounter, parseDocument, type ErrorCode } from 'yaml';
import { describeFailure } from '../../kernel/failure.ts';
import { decodeUtf8 } from '../../kernel/utf8.ts';
import type { Place } from '../../kernel/issue.ts';
import type { Problems } from './problems.ts';
import { treeOf } from './tree-of-yaml.ts';
import type { YamlTree } from './yaml-tree.ts';

const MOST_BYTES = 1024 * 1024;
const MOST_SLIPS = 5;

/** One configuration file as a tree whose values know their line; `undefined` after an error was reported. */
export async function readTree(path: string, file: string, problems: Problems): Promise<YamlTree | undefined> {
  const at = { path: file, place: undefined };
  const extension = extname(file).toLowerCase();
  if (!['.yaml', '.yml', '.json'].includes(extension)) {
    const found = extension === '.toml' ? 'is TOML, which is not read here' : 'has an unknown file name extension';
    problems.error(at, 'unreadable', found, 'write it as YAML (.yaml, .yml) or JSON (.json)');
    return undefined;
  }
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    // The other files are still read, so that all problems are reported at once.
    problems.error(
      at,
      'unreadable',
      `cannot be read: ${describeFailure(error)}`,
      'name a file that exists and can be read',
    );
    return undefined;
  }
  if (bytes.length > MOST_BYTES) {
    problems.error(at, 'unreadable', 'is larger than 1 MiB', 'a configuration is smaller');
    return undefined;
  }
  const text = decodeUtf8(bytes);
  if (text === undefined) {
    problems.error(at, 'unreadable', 'is not UTF-8', 'save it as UTF-8');
    return undefined;
  }
  return parseTree(text, file, problems);
}

/** YAML, and so JSON, as a tree. */
export function parseTree(text: string, file: string, problems: Problems): YamlTree | undefined {
  const lines = new LineCounter();
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const whole = { path: 'YAML', place: { file, line: 1, column: 1 } };
  let doc;
  try {
    doc = parseDocument(text, { lineCounter: lines, prettyErrors: false, schema: 'core' });
  } catch {
    // Deeply nested brackets exhaust the parser's stack; its own words could quote a secret.
    problems.error(whole, 'unreadable', 'cannot be read as YAML', 'write plain mappings, lists and values');
    return undefined;
  }
  // The parser's messages quote the text around the mistake, which may be a secret: these problems do not.
  const mistakes = [...doc.errors, ...doc.warnings];
  const slips = new Set<number>();
  for (const { code, pos } of mistakes) {
    const place = placeOf(pos[0]);
    // One mistake often breaks everything behind it: report one problem a line, and only the first few.
    if (slips.has(place.line) || slips.size >= MOST_SLIPS) continue;
    slips.add(place.line);
    const { found, allowed } = SYNTAX[code] ?? { found: 'is not valid here', allowed: 'check the syntax of this line' };
    problems.error({ path: 'YAML', place }, 'unreadable', found, allowed);
  }
  if (mistakes.length > 0) return undefined;
  const contents = doc.contents;
  if (contents === null || (isScalar(contents) && contents.value === null)) {
    return { path: '', place: whole.place, kind: 'map', entries: new Map() };
  }
  const tree = treeOf(contents, placeOf, whole.place, (found, place) =>
    problems.error({ path: 'YAML', place }, 'unreadable', found, 'write plain mappings, lists and values'),
  );
  if (tree === undefined) return undefined;
  if (tree.kind === 'map') return tree;
  problems.error(
    { ...whole, place: tree.place },
    'unreadable',
    'is not a mapping',
    'begin with keys such as `dsn:` and `selfservice:`',
  );
  return undefined;
}

type Found = { readonly found: string; readonly allowed: string };
const SYNTAX: Partial<Record<ErrorCode, Found>> = {
  DUPLICATE_KEY: { found: 'the key is written a second time', allowed: 'write each key of a mapping once' },
  MULTIPLE_DOCS: { found: 'a second document begins here', allowed: 'one file holds one document' },
  TAB_AS_INDENT: { found: 'a tab is used as indentation', allowed: 'indent with spaces' },
  BAD_ALIAS: { found: 'an alias names no anchor above it', allowed: 'set the anchor before the alias' },
  TAG_RESOLVE_FAILED: { found: 'a tag is not known', allowed: 'write plain values without tags' },
  BAD_INDENT: { found: 'the indentation does not fit', allowed: 'indent the keys of one mapping alike' },
  MISSING_CHAR: { found: 'a closing quote or bracket, or a colon, is missing', allowed: 'close what was opened' },
};
