import { isMap, YAMLSeq, type Node } from 'yaml';
import type { Loaded, SchemaSource } from '../config.ts';
import { isBetween, recogniseOrigin } from '../dialect/dialect.ts';
import type { MapOf } from '../schema/spec.ts';
import { collectProblems } from '../source/problems.ts';
import { parseTree } from '../source/read.ts';
import { convertValues, raiseVersion } from './conversions.ts';
import { renameKeys } from './former-names.ts';
import { convertLists } from './hook-lists.ts';
import {
  commentsOf,
  entryAt,
  openSurgery,
  place,
  put,
  remove,
  take,
  written,
  type Change,
  type Surgery,
} from './surgery.ts';

export interface UpgradeSource {
  readonly text: string;
  /** As messages name it. */
  readonly file: string;
  /** The same file as the loader reads it, without an error. */
  readonly loaded: Loaded;
  readonly schema: MapOf;
  /** The release that the result is written for, such as v26.2.0. */
  readonly version: string;
  /** The URI of a schema whose root is the traits, for one with the traits below `properties`. */
  wrap(url: string): Promise<string>;
}

export interface Upgraded {
  readonly text: string;
  readonly changes: readonly Change[];
}

/** A configuration of any release as it is written today: the same settings, its comments kept. */
export async function upgradeText({ text, file, loaded, schema, version, wrap }: UpgradeSource): Promise<Upgraded> {
  const tree = parseTree(text, file, collectProblems());
  if (tree === undefined || loaded.config === undefined) return { text, changes: [] };
  const surgery = openSurgery(text, file);
  if (!isMap(surgery.doc.contents)) return { text, changes: [] };
  const origin = recogniseOrigin(tree);
  convertLists(surgery, loaded.config);
  renameKeys(surgery, schema);
  convertValues(surgery, origin);
  await wrapSchemas(surgery, loaded.config.identity.schemas, wrap);
  dropRest(surgery);
  for (const [key, value] of loaded.settled) {
    surgery.say(key, entryAt(surgery, key)?.key, `is written: ${String(value)}`);
    put(surgery, key, value);
  }
  if (origin.release !== 'current' || origin.older.length > 0 || isBetween(origin)) raiseVersion(surgery, version);
  if (surgery.changes.length === 0) return { text, changes: [] };
  return { text: written(surgery, text, file.endsWith('.json')), changes: surgery.changes };
}

/** In v0.1 and v0.3 the root of a schema is the traits. */
async function wrapSchemas(
  surgery: Surgery,
  schemas: readonly SchemaSource[],
  wrap: UpgradeSource['wrap'],
): Promise<void> {
  const key = 'identity.traits';
  const old = entryAt(surgery, key);
  if (old === undefined) return;
  surgery.say(
    key,
    old.key,
    'is now identity.schemas; the schemas stand in the file, with the traits below `properties`',
  );
  const list = new YAMLSeq(surgery.doc.schema);
  for (const { id, url, rootIsTraits } of schemas)
    if (rootIsTraits) list.items.push(surgery.doc.createNode({ id, url: await wrap(url) }) as Node);
  const entry = take(surgery, key);
  if (entry === undefined) return;
  const comments = commentsOf(entry).filter((text) => text !== entry.key.commentBefore);
  const there = entryAt(surgery, 'identity.schemas')?.value;
  if (there instanceof YAMLSeq) there.items.unshift(...list.items);
  else {
    entry.value = list;
    place(surgery, 'identity.schemas', entry);
  }
  if (comments.length > 0) list.commentBefore = comments.join('\n');
}

/** Sections of v0.1 and v0.3 of which nothing is left that means anything. */
const FORMER_SECTIONS = [
  'urls',
  'ttl',
  'security.session',
  ...['strategies', 'login', 'registration', 'settings', 'profile', 'verify', 'logout'].map(
    (name) => `selfservice.${name}`,
  ),
];

function dropRest(surgery: Surgery): void {
  for (const key of FORMER_SECTIONS) {
    const entry = entryAt(surgery, key);
    if (entry === undefined) continue;
    surgery.say(key, entry.key, 'is removed: what is left of it means nothing today');
    remove(surgery, key);
  }
}
