const LONGEST = 64;
const MAX_EDITS = 3;

/**
 * The name that was probably meant: the one with the fewest typing errors, if it has no more than one in three letters;
 * else the one that holds all parts of what was written and leaves out the fewest (`revoke_sessions` for
 * `revoke_active_sessions`). Undefined when no name is near enough.
 */
export function didYouMean(written: string, names: readonly string[]): string | undefined {
  if (written.length > LONGEST) return undefined;
  const allowed = Math.max(1, Math.min(MAX_EDITS, Math.floor(written.length / 3)));
  return (
    closest(names, allowed, (name) => edits(written.toLowerCase(), name.toLowerCase())) ??
    closest(names, Number.MAX_SAFE_INTEGER, (name) => missingParts(partsOf(written), partsOf(name)))
  );
}

/** The first of the names with the smallest distance, of those within reach. */
function closest(names: readonly string[], reach: number, distanceTo: (name: string) => number): string | undefined {
  return names
    .map((name) => ({ name, distance: distanceTo(name) }))
    .filter(({ distance }) => distance <= reach)
    .toSorted((one, other) => one.distance - other.distance)[0]?.name;
}

const partsOf = (name: string): readonly string[] =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);

/**
 * The parts that a name has beyond those written; Infinity when it lacks one of them, or when only one part is written.
 */
function missingParts(written: readonly string[], parts: readonly string[]): number {
  if (written.length < 2 || !written.every((part) => parts.includes(part))) return Number.POSITIVE_INFINITY;
  return parts.length - written.length;
}

/** Insertions, deletions and replacements that turn one word into the other (Levenshtein). */
function edits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 0; i < from.length; i += 1) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j += 1) {
      const replaced = (row[j] ?? 0) + (from[i] === to[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
