import { moveOldKeys } from './dialect/move-old-keys.ts';
import type { Checked, Found } from './checked.ts';
import { hintFor } from './key-hint.ts';
import { describe, type Problems } from './source/problems.ts';
import { isServiceLink, SERVICE_LINK_WAY_OUT } from './source/service-link.ts';
import { revealed, type Note } from './source/revealed.ts';
import type { Dialect } from './config.ts';
import { isWithoutEffect, relaxSwitchedOff, switchesOf } from './switched-off.ts';
import type { HooksOf, Leaf, MapOf, Meta, RecordOf, Spec } from './schema/spec.ts';
import { childPath, toJson, type At, type Entry, type YamlMap, type YamlTree } from './source/yaml-tree.ts';

export interface RawList {
  readonly spec: HooksOf;
  /** In the words of the file. */
  readonly tree: YamlTree;
}

export interface Outcome extends Checked {
  readonly lists: RawList[];
  /** Features that are switched on and that this build lacks. */
  readonly notOffered: string[];
}

/** The state of one check: the folder of files that hold secrets, and what has been found. */
interface Walk {
  /** Where relative paths start, the first that has the file. */
  readonly folders: readonly string[];
  readonly note: Note;
  readonly dialect: Dialect;
  readonly problems: Problems;
  readonly offered: ReadonlySet<string>;
  readonly lists: RawList[];
  readonly notOffered: string[];
}

/** Checks a whole configuration against the schema; every problem is reported, nothing stops at the first. */
export function checkTree(spec: MapOf, tree: YamlTree, start: Omit<Walk, 'lists' | 'notOffered'>): Outcome {
  const walk: Walk = { ...start, lists: [], notOffered: [] };
  const into: Checked = { at: tree, values: new Map(), broken: new Set() };
  checkMap(walk, into, spec, tree, '');
  return { ...into, lists: walk.lists, notOffered: walk.notOffered };
}

function check(walk: Walk, into: Checked, spec: Spec, tree: YamlTree, key: string, at: At): void {
  if (isWithoutEffect(walk.offered, spec)) walk.problems.relax(at.path, 'lenient');
  if (spec.refused !== undefined) {
    into.broken.add(key);
    walk.problems.error(at, 'refused', 'is set', spec.refused);
    return;
  }
  if (spec.kind === 'hooks') {
    walk.lists.push({ spec, tree });
    return;
  }
  // An empty section configures nothing.
  if (spec.kind !== 'leaf' && tree.kind === 'scalar' && tree.value === null) return;
  if (spec.kind === 'map') checkMap(walk, into, spec, tree, key);
  else {
    const found = read(walk, spec, tree, key);
    if (found === undefined) into.broken.add(key);
    else into.values.set(key, found);
  }
  notice(walk, spec, tree, at);
}

function checkMap(walk: Walk, into: Checked, spec: MapOf, tree: YamlTree, key: string): void {
  const { problems } = walk;
  if (spec.short && tree.kind === 'list' && spec.keys['hooks']) {
    check(walk, into, spec.keys['hooks'], tree, childPath(key, 'hooks'), tree);
    return;
  }
  if (tree.kind !== 'map') {
    into.broken.add(key);
    problems.error(
      tree,
      'wrong-value',
      describe(tree),
      spec.short ? 'write a list of hooks, or a mapping with `hooks`' : 'write a mapping',
    );
    return;
  }
  // The switches first: they say how the rest is judged.
  const switches = switchesOf(spec);
  const isSwitch = ([name]: readonly [string, unknown]): boolean => switches.includes(name);
  const written = [...tree.entries];
  for (const entry of written.filter(isSwitch)) checkEntry(walk, into, spec, entry, key);
  if (switches.length > 0) relaxSwitchedOff(walk, spec, tree);
  for (const entry of written.filter((each) => !isSwitch(each))) checkEntry(walk, into, spec, entry, key);
  for (const name of spec.required ?? []) {
    if (!tree.entries.has(name)) missing(problems, tree, name);
  }
}

function checkEntry(
  walk: Walk,
  into: Checked,
  spec: MapOf,
  [name, { at, value }]: readonly [string, Entry],
  key: string,
): void {
  const inside = Object.hasOwn(spec.keys, name) ? spec.keys[name] : undefined;
  if (inside) check(walk, into, inside, value, childPath(key, name), at);
  else
    walk.problems.judge(
      at,
      spec.open ? 'not-known' : 'unknown-key',
      'is not a known key',
      hintFor(childPath(key, name), name, namesOfToday(spec)),
    );
}

/** Former names are understood, and never proposed. */
const namesOfToday = ({ keys }: MapOf): readonly string[] =>
  Object.keys(keys).filter((name) => keys[name]?.former === undefined);

export function missing(problems: Problems, tree: YamlMap, name: string): void {
  problems.error({ path: childPath(tree.path, name), place: tree.place }, 'missing', 'is missing', `write \`${name}\``);
}

function read(walk: Walk, spec: Exclude<Spec, MapOf | HooksOf>, tree: YamlTree, key: string): Found | undefined {
  if (spec.kind === 'leaf') return readLeaf(walk, spec, tree, key);
  if (spec.kind === 'any') return { value: toJson(tree), at: tree, key, items: [] };
  if (spec.kind === 'record') return readRecord(walk, spec, tree, key);
  if (tree.kind !== 'list') {
    walk.problems.error(tree, 'wrong-value', describe(tree, spec.secret), 'write a list');
    return undefined;
  }
  const items: (Checked | Found)[] = [];
  for (const item of tree.items) {
    const { of } = spec;
    if (of.kind === 'leaf') {
      const found = readLeaf(walk, of, item, key);
      if (found === undefined) return undefined;
      items.push(found);
    } else {
      const before = walk.problems.refusals();
      const inside: Checked = { at: item, values: new Map(), broken: new Set() };
      checkMap(walk, inside, of, item, '');
      if (walk.problems.refusals() > before) inside.broken.add('');
      moveOldKeys(of, inside, walk.problems);
      items.push(inside);
    }
  }
  return { value: items.map((item) => ('value' in item ? item.value : toPlain(item))), at: tree, key, items };
}

function readRecord(walk: Walk, spec: RecordOf, tree: YamlTree, key: string): Found | undefined {
  if (tree.kind !== 'map') {
    walk.problems.error(tree, 'wrong-value', describe(tree, spec.secret), 'write a mapping');
    return undefined;
  }
  const parts: [string, unknown][] = [];
  for (const [name, { value }] of tree.entries) {
    if (spec.of.kind === 'leaf') {
      const found = readLeaf(walk, spec.of, value, key);
      if (found === undefined) return undefined;
      parts.push([name, found.value]);
    } else {
      const inside: Checked = { at: value, values: new Map(), broken: new Set() };
      checkMap(walk, inside, spec.of, value, '');
      parts.push([name, toPlain(inside)]);
    }
  }
  return { value: Object.fromEntries(parts), at: tree, key, items: [] };
}

const toPlain = ({ values }: Checked): Record<string, unknown> =>
  Object.fromEntries([...values].map(([key, { value }]) => [key, value]));

function readLeaf(walk: Walk, spec: Leaf, tree: YamlTree, key: string): Found | undefined {
  if (tree.kind !== 'scalar' || tree.value === null) {
    walk.problems.error(tree, 'wrong-value', describe(tree, spec.secret), `write ${spec.wanted}`);
    return undefined;
  }
  const scalar = spec.secret && !spec.content ? revealed(walk, tree) : tree;
  if (scalar === undefined) return undefined;
  const parsed = spec.parse(scalar.value, scalar.loose);
  if ('value' in parsed) {
    if (parsed.odd !== undefined) walk.problems.warn(tree, 'safe-reading', describe(tree, spec.secret), parsed.odd);
    return { value: parsed.value, at: tree, key, items: [] };
  }
  if ('dropped' in parsed) {
    walk.problems.warn(tree, 'no-effect', describe(tree, spec.secret), parsed.dropped);
    return undefined;
  }
  if (isServiceLink(tree)) {
    walk.problems.error(
      tree,
      'wrong-value',
      `${describe(tree, spec.secret)}, the address of a service of that name`,
      SERVICE_LINK_WAY_OUT,
    );
    return undefined;
  }
  const why = parsed.problem === '' || spec.secret ? '' : `: ${parsed.problem}`;
  walk.problems.error(tree, 'wrong-value', `${describe(tree, spec.secret)}${why}`, `write ${spec.wanted}`);
  return undefined;
}

/** Warns of a value without effect, and notes a feature that this build lacks. */
function notice({ problems, notOffered, offered }: Walk, spec: Meta | MapOf, tree: YamlTree, at: At): void {
  if (!switchesOn(spec, tree)) return;
  if (spec.inert !== undefined) problems.warn(at, 'no-effect', 'has no effect', spec.inert);
  const { feature } = spec;
  if (feature === undefined || offered.has(feature) || notOffered.includes(feature)) return;
  notOffered.push(feature);
  problems.warn(at, 'not-offered', `${feature} is configured`, 'this build cannot offer it yet');
}

function switchesOn(spec: Meta | MapOf, tree: YamlTree): boolean {
  if (tree.kind === 'list') return tree.items.length > 0;
  if (tree.kind === 'map') return tree.entries.size > 0;
  if (spec.when !== undefined) return tree.value === spec.when;
  return tree.value !== false && tree.value !== 'false' && tree.value !== null && tree.value !== '' && tree.value !== 0;
}
