import type { At, YamlTree } from '../source/yaml-tree.ts';

/** A value of a file and where its key, or its item, stands. */
export interface Written {
  readonly at: At;
  readonly value: YamlTree;
}

/** Every value that a pattern names: keys with dots between them, `*` any key, `[]` each item of a list. */
export function findAll(tree: YamlTree, pattern: string): readonly Written[] {
  return pattern
    .split('.')
    .reduce<readonly Written[]>(
      (found, part) => found.flatMap(({ value }) => inside(value, part)),
      [{ at: tree, value: tree }],
    );
}

function inside(tree: YamlTree, part: string): readonly Written[] {
  if (part === '[]') return tree.kind === 'list' ? tree.items.map((item) => ({ at: item, value: item })) : [];
  if (tree.kind !== 'map') return [];
  if (part === '*') return [...tree.entries.values()];
  const entry = tree.entries.get(part);
  return entry === undefined ? [] : [entry];
}
