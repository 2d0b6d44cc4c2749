import { isMap, isScalar, isSeq, type Node, type YAMLSeq } from 'yaml';
import { oldKeys, type OldKey } from '../dialect/move-old-keys.ts';
import { FORMER_KEYS } from '../schema/former-keys.ts';
import type { MapOf, Spec } from '../schema/spec.ts';
import { childPath } from '../source/yaml-tree.ts';
import { entryAt, entryOf, place, remove, split, take, type Section, type Surgery } from './surgery.ts';

/** Gives every key with a former name the name of today. */
export function renameKeys(surgery: Surgery, schema: MapOf): void {
  for (const old of oldKeys(schema)) rename(surgery, old);
  for (const { path, of } of listsOf(schema)) renameInItems(surgery, path, of);
  for (const { key, meaning } of FORMER_KEYS) {
    const entry = meaning.kind === 'dropped' ? entryAt(surgery, key) : undefined;
    if (entry === undefined || meaning.kind !== 'dropped') continue;
    surgery.say(key, entry.key, `is removed: ${meaning.why}`);
    remove(surgery, key);
  }
}

function rename(surgery: Surgery, { key, to }: OldKey): void {
  const entry = entryAt(surgery, key);
  if (entry === undefined) return;
  if (entryAt(surgery, to) !== undefined) {
    surgery.say(key, entry.key, `is removed: ${to} says the same`);
    remove(surgery, key);
    return;
  }
  surgery.say(key, entry.key, `is now ${to}`);
  if (parentOf(key) === parentOf(to)) entry.key.value = split(to).at(-1) ?? '';
  else {
    take(surgery, key);
    place(surgery, to, entry);
  }
  if (isSeq(entry.value) && key.includes('whitelisted')) convertUrls(entry.value, key);
}

const parentOf = (path: string): string => split(path).slice(0, -1).join('.');

/** v0.1 compared origins; up to v0.8 an entry with `*` that nothing bounds matched nothing. */
function convertUrls(list: YAMLSeq, key: string): void {
  const unbounded = (item: unknown): boolean =>
    isScalar(item) && /^https?:\/\/\*(?:\.[a-z]+)?(?:[:/]|$)/.test(String(item.value));
  list.items = list.items.filter((item) => !unbounded(item));
  if (!key.endsWith('domains')) return;
  for (const item of list.items) {
    const url = isScalar(item) ? URL.parse(String(item.value)) : null;
    if (isScalar(item) && url !== null) item.value = `${url.origin}/`;
  }
}

interface Items {
  readonly path: string;
  readonly of: MapOf;
}

/** Lists of mappings that have former names within their items. */
function listsOf(spec: Spec, path = ''): readonly Items[] {
  if (spec.kind === 'list') return spec.of.kind === 'map' && oldKeys(spec.of).length > 0 ? [{ path, of: spec.of }] : [];
  if (spec.kind !== 'map') return [];
  return Object.entries(spec.keys).flatMap(([key, inside]) => listsOf(inside, childPath(path, key)));
}

function renameInItems(surgery: Surgery, path: string, of: MapOf): void {
  const list: Node | null | undefined = entryAt(surgery, path)?.value;
  if (!isSeq(list)) return;
  for (const [i, item] of list.items.entries()) {
    if (!isMap(item)) continue;
    for (const { key, to } of oldKeys(of)) renameInItem(surgery, item as Section, `${path}[${i}]`, { key, to }); // keys of a checked configuration are text
  }
}

function renameInItem({ say }: Surgery, item: Section, path: string, { key, to }: Pick<OldKey, 'key' | 'to'>): void {
  const entry = entryOf(item, key);
  if (entry === undefined) return;
  say(`${path}.${key}`, entry.key, `is now ${to}`);
  if (entryOf(item, to) === undefined) entry.key.value = to;
  else item.items = item.items.filter((each) => each !== entry);
}
