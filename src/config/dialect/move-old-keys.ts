import { sameJson } from '../../kernel/json.ts';
import type { Checked, Found } from '../checked.ts';
import type { MapOf, Meta, Spec } from '../schema/spec.ts';
import type { Problems } from '../source/problems.ts';
import { childPath } from '../source/yaml-tree.ts';

/**
 * Moves every value that was written under an old key to the key of today; both at once must say the same. A name that the
 * dialect of the file does not have for its own is warned about.
 */
export function moveOldKeys(spec: MapOf, checked: Checked, problems: Problems, ownWords = true): void {
  for (const { key, to, former } of oldKeys(spec)) {
    if (checked.broken.has(key)) checked.broken.add(to);
    const found = checked.values.get(key);
    if (found === undefined) continue;
    if (former !== undefined || !ownWords) warnOfName(found, former?.releases ?? 'v0.4', `write \`${to}\``, problems);
    checked.values.delete(key);
    const before = checked.values.get(to);
    if (before === undefined) checked.values.set(to, found);
    else if (!sameJson(before.value, found.value)) conflict(problems, found, before);
  }
}

export function warnOfName({ at }: Pick<Found, 'at'>, releases: string, allowed: string, problems: Problems): void {
  problems.warn(at, 'old-spelling', `is a name of ${releases}`, allowed);
}

export function conflict(problems: Problems, found: Pick<Found, 'at'>, other: Pick<Found, 'at'>): void {
  problems.error(
    found.at,
    'contradiction',
    `says something else than ${other.at.path}`,
    'they are two spellings of one setting: keep one',
  );
}

export interface OldKey {
  readonly key: string;
  readonly to: string;
  readonly former: Meta['former'];
}

/** The keys that stand for a key of today, former names too. */
export function oldKeys(spec: Spec, path = ''): readonly OldKey[] {
  const own = spec.to === undefined ? [] : [{ key: path, to: spec.to, former: spec.former }];
  if (spec.kind !== 'map') return own;
  return [...own, ...Object.entries(spec.keys).flatMap(([key, inside]) => oldKeys(inside, childPath(path, key)))];
}
