import type { Import } from './read-imports.ts';

/** Files from which a way of imports leads back to themselves. */
export function cycles(imports: readonly Pick<Import, 'file' | 'target'>[]): readonly string[] {
  const targets = Map.groupBy(imports, ({ file }) => file);
  return [...targets.keys()].filter((file) => reaches(file, targets)).toSorted();
}

function reaches(start: string, targets: ReadonlyMap<string, readonly Pick<Import, 'target'>[]>): boolean {
  const seen = new Set<string>();
  const open = [start];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    for (const { target } of targets.get(file) ?? []) {
      if (target === start) return true;
      if (!seen.has(target)) open.push(target);
      seen.add(target);
    }
  }
  return false;
}
