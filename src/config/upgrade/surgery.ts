import {
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  Pair,
  Scalar,
  visit,
  YAMLMap,
  type Document,
  type Node,
} from 'yaml';
import type { Place } from '../../kernel/issue.ts';

/** What was changed, and where it stood. */
export interface Change {
  readonly place: Place | undefined;
  readonly path: string;
  /** `is now …`, `is removed: …` */
  readonly what: string;
}

/** A document that is being rewritten, comments and all. */
export interface Surgery {
  readonly doc: Document;
  readonly changes: Change[];
  say(path: string, node: unknown, what: string): void;
}

export type Key = Scalar<string>;
export type Entry = Pair<Key, Node | null>;
export type Section = YAMLMap<Key, Node | null>;

export function openSurgery(text: string, file: string): Surgery {
  const lines = new LineCounter();
  const doc = parseDocument(text, { lineCounter: lines, schema: 'core' });
  const changes: Change[] = [];
  const surgery: Surgery = {
    doc,
    changes,
    say(path, node, what) {
      const start = isNode(node) ? node.range?.[0] : undefined;
      const spot = start === undefined ? undefined : lines.linePos(start);
      const place = spot && { file, line: spot.line, column: spot.col };
      changes.push({ path, place, what });
    },
  };
  writeOutAliases(surgery);
  return surgery;
}

/** A name that is changed in one place must not change in another: what an alias stands for is written there. */
function writeOutAliases({ doc, say }: Surgery): void {
  const anchors = new Set<Node>();
  visit(doc, {
    Alias(_key, alias, path) {
      const target = alias.resolve(doc);
      if (target === undefined) return undefined;
      anchors.add(target);
      const parent = path.at(-1);
      const isMerge = isPair(parent) && isScalar(parent.key) && parent.key.value === '<<';
      if (!isMerge) say(`*${alias.source}`, alias, 'is written out');
      const copy = target.clone() as Node; // a node gives a node of its kind
      if ('anchor' in copy) delete copy.anchor;
      // What is said about the first is said once.
      visit(copy, {
        Node: (_, node) => {
          delete node.comment;
          delete node.commentBefore;
        },
      });
      return copy;
    },
  });
  visit(doc, { Map: (_key, node) => mergeInto(node as Section) }); // keys of a checked configuration are text
  for (const node of anchors) if ('anchor' in node) delete node.anchor;
}

function mergeInto(section: Section): void {
  const merged = section.items.filter(({ key }) => isScalar(key) && key.value === '<<');
  if (merged.length === 0) return;
  section.items = section.items.filter((entry) => !merged.includes(entry));
  for (const { value } of merged) {
    const maps = isSeq(value) ? value.items : [value];
    for (const map of maps)
      for (const entry of asSection(map)?.items ?? []) if (!section.has(entry.key.value)) section.items.push(entry);
  }
}

export const split = (path: string): readonly string[] => path.split('.');

/** The node as a section: keys of a checked configuration are text. */
export const asSection = (node: unknown): Section | undefined => (isMap(node) ? (node as Section) : undefined);

/** The mapping at a path of keys. */
export const sectionAt = ({ doc }: Surgery, keys: readonly string[]): Section | undefined =>
  asSection(keys.length === 0 ? doc.contents : doc.getIn(keys, true));

export function entryAt(surgery: Surgery, path: string): Entry | undefined {
  const keys = split(path);
  return entryOf(sectionAt(surgery, keys.slice(0, -1)), keys.at(-1) ?? '');
}

export const entryOf = (section: Section | undefined, key: string): Entry | undefined =>
  section?.items.find((entry) => entry.key.value === key);

/** The value of a scalar; undefined for anything else. */
export const scalarOf = (entry: Entry | undefined): unknown =>
  entry !== undefined && isScalar(entry.value) ? entry.value.value : undefined;

/** Takes an entry out, and sections that are empty then; the comments of these go with it. */
export function take(surgery: Surgery, path: string): Entry | undefined {
  const keys = split(path);
  const section = sectionAt(surgery, keys.slice(0, -1));
  const entry = entryOf(section, keys.at(-1) ?? '');
  if (section === undefined || entry === undefined) return undefined;
  const isFirst = section.items[0] === entry;
  section.items = section.items.filter((each) => each !== entry);
  // The parser gives a comment before the first key to the mapping.
  if (isFirst && keys.length > 1 && section.commentBefore) {
    prefix(entry.key, section.commentBefore);
    delete section.commentBefore;
  }
  if (section.items.length === 0 && keys.length > 1) {
    const above = take(surgery, keys.slice(0, -1).join('.'));
    if (above !== undefined) prefix(entry.key, commentsOf(above).join('\n'));
  }
  return entry;
}

/** Removes an entry; its comments stay with what follows. */
export function remove(surgery: Surgery, path: string): void {
  const keys = split(path);
  const section = sectionAt(surgery, keys.slice(0, -1));
  const index = section?.items.findIndex(({ key }) => key.value === keys.at(-1)) ?? -1;
  if (section === undefined || index === -1) return;
  const next = section.items[index + 1];
  const entry = take(surgery, path);
  const comments = entry === undefined ? [] : commentsOf(entry);
  if (comments.length === 0) return;
  if (next !== undefined) prefix(next.key, comments.join('\n'));
  else {
    const home = section.items.length > 0 ? section : (sectionAt(surgery, []) ?? section);
    home.comment = [home.comment ?? '', ...comments].filter((text) => text !== '').join('\n');
  }
}

export function commentsOf(entry: Entry): readonly string[] {
  const texts: (string | null | undefined)[] = [];
  const alone = new YAMLMap();
  alone.items = [entry];
  visit(alone, {
    Node: (_key, node) => {
      texts.push(node.commentBefore, node.comment);
    },
  });
  return texts.filter((text): text is string => typeof text === 'string' && text !== '');
}

function prefix(key: Key, text: string): void {
  if (text === '') return;
  key.commentBefore = key.commentBefore ? `${text}\n${key.commentBefore}` : text;
}

/** Puts an entry at a path, making the sections above it. */
export function place(surgery: Surgery, path: string, entry: Entry): void {
  const keys = split(path);
  const last = keys.at(-1) ?? '';
  entry.key.value = last;
  sectionFor(surgery, keys.slice(0, -1)).items.push(entry);
}

export function sectionFor({ doc }: Surgery, keys: readonly string[]): Section {
  let section = doc.contents as Section; // a configuration is a mapping
  for (const key of keys) {
    let entry = entryOf(section, key);
    if (entry === undefined) {
      entry = new Pair<Key, Node | null>(new Scalar(key), null);
      section.items.push(entry);
    }
    if (!isMap(entry.value)) entry.value = new YAMLMap(doc.schema);
    section = entry.value as Section; // keys of a checked configuration are text
  }
  return section;
}

/** Sets a value of today; a value that stands there keeps its comments. */
export function put(surgery: Surgery, path: string, value: unknown): void {
  const entry = entryAt(surgery, path);
  if (entry !== undefined && isScalar(entry.value)) entry.value.value = value;
  else if (entry !== undefined) entry.value = surgery.doc.createNode(value) as Node;
  else place(surgery, path, new Pair(new Scalar(''), surgery.doc.createNode(value) as Node));
}

export const isText = (node: unknown): node is Scalar<string> => isScalar(node) && typeof node.value === 'string';

/** The document as text, indented as it was. */
export function written({ doc }: Surgery, source: string, isJson: boolean): string {
  if (isJson) return `${JSON.stringify(doc.toJS(), undefined, 2)}\n`;
  const indent = /^(?: {2}){1,4}(?=\S)/m.exec(source)?.[0].length ?? 2;
  return doc.toString({ lineWidth: 0, indent, indentSeq: !/^( *)[\w-]+: *\n\1- /m.test(source) });
}
