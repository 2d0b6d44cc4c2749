import type { Json } from '../../kernel/json.ts';
import type { Place } from '../../kernel/issue.ts';

/** Where a value was written: the path as in the file, which may be an old spelling. */
export interface At {
  readonly path: string;
  readonly place: Place | undefined;
}

export type Scalar = string | number | boolean | null;

/** `loose`: came from the environment, so text may stand for a number or a boolean. */
export type YamlScalar = At & {
  readonly kind: 'scalar';
  readonly value: Scalar;
  readonly loose: boolean;
  /** The text of the file, where `${env:…}` was replaced: values of variables are not printed. */
  readonly written?: string;
};
export type YamlList = At & { readonly kind: 'list'; readonly items: readonly YamlTree[] };
export type YamlMap = At & { readonly kind: 'map'; readonly entries: ReadonlyMap<string, Entry> };
/** A configuration as written, each value with its place. */
export type YamlTree = YamlScalar | YamlList | YamlMap;
export interface Entry {
  /** Of the key. */
  readonly at: At;
  readonly value: YamlTree;
}

/** `serve.public.port`; a key that is no plain word stands in quotes, its line breaks escaped. */
export function childPath(path: string, key: string): string {
  const word = /^[\w@*-]{1,80}$/.test(key) ? key : JSON.stringify(key.slice(0, 80));
  return path === '' ? word : `${path}.${word}`;
}

/** Maps merge deeply, everything else is replaced by the later file. */
export function mergeTrees(earlier: YamlTree, later: YamlTree): YamlTree {
  if (earlier.kind !== 'map' || later.kind !== 'map') return later;
  const entries = new Map(earlier.entries);
  for (const [key, entry] of later.entries) {
    const before = entries.get(key);
    entries.set(key, before === undefined ? entry : { at: entry.at, value: mergeTrees(before.value, entry.value) });
  }
  return { ...earlier, entries };
}

/** The same value as plain JSON. */
export function toJson(tree: YamlTree): Json {
  if (tree.kind === 'scalar') return tree.value;
  if (tree.kind === 'list') return tree.items.map(toJson);
  // fromEntries defines own properties, so a key `__proto__` stays a key.
  return Object.fromEntries([...tree.entries].map(([key, { value }]) => [key, toJson(value)]));
}

/** JSON from an environment variable; all of its parts have the place of the variable. */
export function fromJson(value: unknown, at: At): YamlTree {
  if (Array.isArray(value)) {
    const items = value.map((item: unknown, i) => fromJson(item, { ...at, path: `${at.path}[${i}]` }));
    return { ...at, kind: 'list', items };
  }
  if (typeof value === 'object' && value !== null) {
    const entries = new Map(
      Object.entries(value).map(([key, part]) => {
        const inside = { ...at, path: childPath(at.path, key) };
        return [key, { at: inside, value: fromJson(part, inside) }] as const;
      }),
    );
    return { ...at, kind: 'map', entries };
  }
  const scalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
  return { ...at, kind: 'scalar', value: scalar, loose: true };
}

/** The value below a path of plain keys. */
export function findTree(tree: YamlTree | undefined, ...keys: readonly string[]): YamlTree | undefined {
  let here = tree;
  for (const key of keys) here = here?.kind === 'map' ? here.entries.get(key)?.value : undefined;
  return here;
}

/** Where a path of plain keys stands, or the nearest key above it that was written. */
export function nearestAt(tree: YamlTree, path: string): At {
  let here: YamlTree | undefined = tree;
  let at: At = { path, place: tree.place };
  for (const key of path.split('.')) {
    const entry: Entry | undefined = here?.kind === 'map' ? here.entries.get(key) : undefined;
    if (entry === undefined) break;
    at = entry.at;
    here = entry.value;
  }
  return at;
}
