import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type ErrorCode,
  type Node,
  type Pair,
  parseDocument,
  type ParsedNode,
} from 'yaml';
import type { Place } from '../../kernel/issue.ts';
import type { Problems } from './problems.ts';
import { childPath, type Entry, type YamlTree } from './yaml-tree.ts';

const MOST_BYTES = 1024 * 1024;
const MOST_VALUES = 20_000;
const DEEPEST = 64;
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
    problems.error(at, 'unreadable', `cannot be read (${codeOf(error)})`, 'name a file that exists and can be read');
    return undefined;
  }
  if (bytes.length > MOST_BYTES) {
    problems.error(at, 'unreadable', 'is larger than 1 MiB', 'a configuration is smaller');
    return undefined;
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
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
  // The parser's messages quote the text around the mistake, which may be a secret: ours do not.
  const mistakes = [...doc.errors, ...doc.warnings];
  const slips = new Set<number>();
  for (const { code, pos } of mistakes) {
    const place = placeOf(pos[0]);
    // One slip often breaks everything behind it: one problem a line, and only the first few.
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
  const tree = grow(contents, placeOf, whole.place, (found, place) =>
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

/** Follows aliases itself, with a limit, so that a few lines cannot stand for a billion values. */
function grow(
  root: ParsedNode | Node,
  placeOf: (offset: number) => Place,
  start: Place,
  complain: (found: string, place: Place) => void,
): YamlTree | undefined {
  const anchors = new Map<string, Node>();
  const targets = new Map<Node, Node | undefined>();
  let left = MOST_VALUES;
  let failed = false;
  const fail = (found: string, place: Place): undefined => {
    if (!failed) complain(found, place);
    failed = true;
    return undefined;
  };

  const visit = (node: Node | null, path: string, depth: number, around: Place): YamlTree | undefined => {
    if (failed) return undefined;
    const place = node?.range ? placeOf(node.range[0]) : around;
    left -= 1;
    if (left < 0) return fail(`stands, with its aliases, for more than ${MOST_VALUES} values`, place);
    if (depth > DEEPEST) return fail(`is nested deeper than ${DEEPEST} levels`, place);
    if (node === null) return { path, place, kind: 'scalar', value: null, loose: false };
    if (isAlias(node)) {
      // Remembered, because an anchor may be set again further down.
      if (!targets.has(node)) targets.set(node, anchors.get(node.source));
      const target = targets.get(node);
      return target ? visit(target, path, depth + 1, place) : fail('an alias names no anchor above it', place);
    }
    if ('anchor' in node && typeof node.anchor === 'string' && !anchors.has(node.anchor))
      anchors.set(node.anchor, node);
    if (isScalar(node)) {
      const { value } = node;
      if (value === null || typeof value === 'string' || typeof value === 'boolean') {
        return { path, place, kind: 'scalar', value, loose: false };
      }
      if (typeof value === 'number') return { path, place, kind: 'scalar', value, loose: false };
      return fail('is a kind of value a configuration does not use', place);
    }
    if (isSeq(node)) {
      const items: YamlTree[] = [];
      for (const [i, item] of node.items.entries()) {
        // Items of a parsed document are nodes; the library types them wider.
        const tree = visit(item as Node | null, `${path}[${i}]`, depth + 1, place);
        if (tree === undefined) return undefined;
        items.push(tree);
      }
      return { path, place, kind: 'list', items };
    }
    if (!isMap(node)) return fail('is a kind of value a configuration does not use', place);
    const entries = new Map<string, Entry>();
    const merged: YamlTree[] = [];
    // Pairs of a parsed document hold nodes; the library types them wider.
    for (const pair of node.items as Pair<Node, Node | null>[]) {
      const key = isAlias(pair.key) ? anchors.get(pair.key.source) : pair.key;
      if (!isScalar(key)) return fail('a key is not plain text', place);
      const name = String(key.value);
      const keyPlace = pair.key.range ? placeOf(pair.key.range[0]) : place;
      const inside = name === '<<' ? path : childPath(path, name);
      const value = visit(pair.value, inside, depth + 1, keyPlace);
      if (value === undefined) return undefined;
      if (name === '<<' && key.type === 'PLAIN') merged.push(...(value.kind === 'list' ? value.items : [value]));
      else if (entries.has(name)) return fail('the key is written a second time', keyPlace);
      else entries.set(name, { at: { path: inside, place: keyPlace }, value });
    }
    for (const other of merged) {
      if (other.kind !== 'map') return fail('`<<` stands before something that is not a mapping', place);
      for (const [name, entry] of other.entries) if (!entries.has(name)) entries.set(name, entry);
    }
    return { path, place, kind: 'map', entries };
  };
  return visit(root, '', 0, start);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unreadable';
}
