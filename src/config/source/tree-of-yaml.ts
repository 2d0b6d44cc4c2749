import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type ParsedNode,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { Place } from '../../kernel/issue.ts';
import { childPath, type Entry, type YamlTree } from './yaml-tree.ts';

const MOST_VALUES = 20_000;
const DEEPEST = 64;

/** A document on its way to a tree. */
interface Growth {
  readonly placeOf: (offset: number) => Place;
  readonly anchors: Map<string, Node>;
  /** What an alias stands for, remembered: an anchor may be set again further down. */
  readonly targets: Map<Node, Node | undefined>;
  /** Reports the first failure, and nothing after it. */
  readonly fail: (found: string, place: Place) => undefined;
  /** Counts a value; false once there are too many, or something failed. */
  readonly count: (place: Place) => boolean;
}

/** Where a node stands. */
interface Spot {
  readonly path: string;
  readonly depth: number;
  readonly place: Place;
}

/** Follows aliases itself, with a limit, so that a few lines cannot stand for a billion values. */
export function treeOf(
  root: ParsedNode | Node,
  placeOf: (offset: number) => Place,
  start: Place,
  complain: (found: string, place: Place) => void,
): YamlTree | undefined {
  let left = MOST_VALUES;
  let failed = false;
  const fail = (found: string, place: Place): undefined => {
    if (!failed) complain(found, place);
    failed = true;
    return undefined;
  };
  const count = (place: Place): boolean => {
    left -= 1;
    if (left < 0) fail(`stands, with its aliases, for more than ${MOST_VALUES} values`, place);
    return !failed;
  };
  const growth: Growth = { placeOf, anchors: new Map(), targets: new Map(), fail, count };
  return visit(growth, root, { path: '', depth: 0, place: start });
}

/** The tree of a node; `outer` has the place of what is around it. */
function visit(growth: Growth, node: Node | null, outer: Spot): YamlTree | undefined {
  const place = node?.range ? growth.placeOf(node.range[0]) : outer.place;
  const spot: Spot = { ...outer, place };
  const { path, depth } = spot;
  if (!growth.count(place)) return undefined;
  if (depth > DEEPEST) return growth.fail(`is nested deeper than ${DEEPEST} levels`, place);
  if (node === null) return { path, place, kind: 'scalar', value: null, loose: false };
  if (isAlias(node)) {
    if (!growth.targets.has(node)) growth.targets.set(node, growth.anchors.get(node.source));
    const target = growth.targets.get(node);
    if (target === undefined) return growth.fail('an alias names no anchor above it', place);
    return visit(growth, target, { ...spot, depth: depth + 1 });
  }
  if ('anchor' in node && typeof node.anchor === 'string' && !growth.anchors.has(node.anchor))
    growth.anchors.set(node.anchor, node);
  if (isScalar(node)) return scalarTree(growth, node, spot);
  if (isSeq(node)) return listTree(growth, node, spot);
  if (isMap(node)) return mapTree(growth, node, spot);
  return growth.fail('is a kind of value a configuration does not use', place);
}

function scalarTree({ fail }: Growth, { value }: Scalar, { path, place }: Spot): YamlTree | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number')
    return { path, place, kind: 'scalar', value, loose: false };
  return fail('is a kind of value a configuration does not use', place);
}

function listTree(growth: Growth, node: YAMLSeq, { path, place, depth }: Spot): YamlTree | undefined {
  const items: YamlTree[] = [];
  for (const [i, item] of node.items.entries()) {
    // Items of a parsed document are nodes; the library types them wider.
    const tree = visit(growth, item as Node | null, { path: `${path}[${i}]`, depth: depth + 1, place });
    if (tree === undefined) return undefined;
    items.push(tree);
  }
  return { path, place, kind: 'list', items };
}

function mapTree(growth: Growth, node: YAMLMap, { path, place, depth }: Spot): YamlTree | undefined {
  const entries = new Map<string, Entry>();
  const merged: YamlTree[] = [];
  // Pairs of a parsed document hold nodes; the library types them wider.
  for (const pair of node.items as Pair<Node, Node | null>[]) {
    const key = isAlias(pair.key) ? growth.anchors.get(pair.key.source) : pair.key;
    if (!isScalar(key)) return growth.fail('a key is not plain text', place);
    const name = String(key.value);
    const keyPlace = pair.key.range ? growth.placeOf(pair.key.range[0]) : place;
    // In quotes it is a key like any other.
    const merges = name === '<<' && key.type === 'PLAIN';
    const inside = merges ? path : childPath(path, name);
    const value = visit(growth, pair.value, { path: inside, depth: depth + 1, place: keyPlace });
    if (value === undefined) return undefined;
    if (merges) merged.push(...(value.kind === 'list' ? value.items : [value]));
    else if (entries.has(name)) return growth.fail('the key is written a second time', keyPlace);
    else entries.set(name, { at: { path: inside, place: keyPlace }, value });
  }
  for (const other of merged) {
    if (other.kind !== 'map') return growth.fail('`<<` stands before something that is not a mapping', place);
    for (const [name, entry] of other.entries) if (!entries.has(name)) entries.set(name, entry);
  }
  return { path, place, kind: 'map', entries };
}
