import type { Problems } from './problems.ts';
import type { MapOf, Spec } from '../schema/spec.ts';
import { childPath, fromJson, mergeTrees, type At, type Entry, type YamlTree } from './yaml-tree.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** Variables with names too general to be meant for Sallyport: `VERSION=0.1` of a build would change the dialect. */
const NOT_READ: ReadonlySet<string> = new Set(['VERSION', 'CONFIG', 'HELP', 'DEV', 'REVISION']);

/** Lays variables over a configuration: `SERVE_PUBLIC_PORT` is `serve.public.port`. Only known keys count. */
export function overlayEnvironment(tree: YamlTree, env: Env, schema: MapOf, problems: Problems): YamlTree {
  let result = tree;
  for (const name of Object.keys(env).toSorted()) {
    const value = env[name];
    if (value === undefined || value === '' || NOT_READ.has(name) || !/^[A-Z][A-Z0-9_]*$/.test(name)) continue;
    const words = name.toLowerCase().split('_');
    const address = locate(schema, words, 0, result);
    if (address === undefined) continue;
    const { keys, spec } = address;
    const path = keys.reduce<string>(
      (before, key) => (typeof key === 'number' ? `${before}[${key}]` : childPath(before, key)),
      '',
    );
    const at: At = { path: `${name} ${path}`, place: undefined };
    // A variable such as SESSION or LOG may belong to another program: for a whole section it counts only as JSON.
    if (words.length === 1 && spec.kind !== 'leaf' && !/^\s*[[{]/.test(value)) continue;
    const set = treeOf(value, spec, at, problems);
    if (set !== undefined) result = put(result, keys, set, name);
  }
  return result;
}

interface Address {
  readonly keys: readonly (string | number)[];
  readonly spec: Spec;
}

/** Underscores separate keys and also stand within them, so every way to read a name is tried. */
function locate(spec: Spec, words: readonly string[], from: number, tree: YamlTree | undefined): Address | undefined {
  if (from === words.length) return { keys: [], spec };
  const inside = (key: string | number, next: Spec, upTo: number): Address | undefined => {
    const below =
      typeof key === 'number'
        ? tree?.kind === 'list'
          ? tree.items[key]
          : undefined
        : tree?.kind === 'map'
          ? tree.entries.get(key)?.value
          : undefined;
    const rest = locate(next, words, upTo, below);
    return rest && { ...rest, keys: [key, ...rest.keys] };
  };
  if (spec.kind === 'map') {
    for (const [key, next] of Object.entries(spec.keys)) {
      const parts = key.toLowerCase().split(/[_-]/);
      if (!parts.every((part, i) => words[from + i] === part)) continue;
      const found = inside(key, next, from + parts.length);
      if (found) return found;
    }
    return undefined;
  }
  if (spec.kind === 'any') return locateFree(spec, words, from, tree);
  const index = words[from] ?? '';
  if (!/^\d{1,3}$/.test(index)) return undefined;
  if (spec.kind === 'list') return inside(Number(index), spec.of, from + 1);
  if (spec.kind === 'hooks') return inside(Number(index), HOOK_ENTRY, from + 1);
  return undefined;
}

const ANY: Spec = { kind: 'any', about: '' };
/** An entry of a hook list, as far as variables are concerned. */
const HOOK_ENTRY: Spec = { kind: 'map', keys: { hook: ANY, job: ANY, id: ANY, config: ANY } };

/** Below a hook's own configuration: a key that is there already, else the rest of the name as one key. */
function locateFree(spec: Spec, words: readonly string[], from: number, tree: YamlTree | undefined): Address {
  if (from === words.length) return { keys: [], spec };
  if (tree?.kind === 'map') {
    for (const [key, { value }] of tree.entries) {
      const parts = key.toLowerCase().split(/[_-]/);
      if (!parts.every((part, i) => words[from + i] === part)) continue;
      const rest = locateFree(spec, words, from + parts.length, value);
      return { ...rest, keys: [key, ...rest.keys] };
    }
  }
  return { keys: [words.slice(from).join('_')], spec };
}

function treeOf(value: string, spec: Spec, at: At, problems: Problems): YamlTree | undefined {
  const scalar: YamlTree = { ...at, kind: 'scalar', value, loose: true };
  if (spec.kind === 'leaf') return scalar;
  if (spec.kind === 'any' && !/^\s*[[{]/.test(value)) return scalar;
  if (spec.kind === 'list' && spec.of.kind === 'leaf' && !/^\s*\[/.test(value)) {
    const items = value.split(spec.former === undefined ? ',' : /[,\s]+/).map((item, i): YamlTree => ({
      path: `${at.path}[${i}]`,
      place: undefined,
      kind: 'scalar',
      value: item.trim(),
      loose: true,
    }));
    return { ...at, kind: 'list', items };
  }
  try {
    return fromJson(JSON.parse(value) as unknown, at);
  } catch {
    // Reading goes on, so that all problems are reported at once.
    problems.error(
      at,
      'unreadable',
      'is not JSON',
      spec.kind === 'list' || spec.kind === 'hooks' ? 'write a list as JSON' : 'write a mapping as JSON',
    );
    return undefined;
  }
}

function put(
  tree: YamlTree | undefined,
  keys: readonly (string | number)[],
  value: YamlTree,
  name: string,
  path = '',
): YamlTree {
  const [key, ...rest] = keys;
  if (key === undefined) return tree === undefined ? value : value.kind === 'map' ? mergeTrees(tree, value) : value;
  const inside = typeof key === 'number' ? `${path}[${key}]` : childPath(path, key);
  const made: At = { path: `${name} ${path}`.trimEnd(), place: undefined };
  if (typeof key === 'number') {
    const items = tree?.kind === 'list' ? [...tree.items] : [];
    // An index beyond the end leaves holes, which the schema then reports as missing.
    for (let i = items.length; i < key; i += 1)
      items.push({ ...made, path: `${made.path}[${i}]`, kind: 'map', entries: new Map() });
    items[key] = put(items[key], rest, value, name, inside);
    return { path: tree?.path ?? made.path, place: tree?.place, kind: 'list', items };
  }
  // `after: [ … ]` is short for `after: { hooks: [ … ] }`.
  const short: [string, Entry][] = tree?.kind === 'list' ? [['hooks', { at: tree, value: tree }]] : [];
  const entries = new Map(tree?.kind === 'map' ? tree.entries : short);
  const before = entries.get(key);
  const at = { path: `${name} ${inside}`, place: undefined };
  entries.set(key, { at, value: put(before?.value, rest, value, name, inside) });
  return { path: tree?.path ?? made.path, place: tree?.place, kind: 'map', entries };
}

const REFERENCE = /\$\{env:([^}]*)\}/g;

/** Puts variables into strings that ask for them: `${env:NAME}`. */
export function interpolate(tree: YamlTree, env: Env, problems: Problems): YamlTree {
  if (tree.kind === 'list') return { ...tree, items: tree.items.map((item) => interpolate(item, env, problems)) };
  if (tree.kind === 'map') {
    const entries = [...tree.entries].map(
      ([key, { at, value }]) => [key, { at, value: interpolate(value, env, problems) }] as const,
    );
    return { ...tree, entries: new Map(entries) };
  }
  if (typeof tree.value !== 'string' || !tree.value.includes('${env:')) return tree;
  const value = tree.value.replace(REFERENCE, (whole, name: string) => {
    const set = Object.hasOwn(env, name) ? env[name] : undefined;
    if (set === undefined)
      problems.error(
        tree,
        'unreadable',
        `asks for the variable ${JSON.stringify(name)}, which is not set`,
        'set it or remove the reference',
      );
    return set ?? whole;
  });
  return { ...tree, value, loose: true, written: tree.value };
}
