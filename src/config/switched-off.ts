import type { Dialect } from './config.ts';
import type { Problems } from './source/problems.ts';
import type { MapOf, Meta, Spec } from './schema/spec.ts';
import type { YamlMap, YamlTree } from './source/yaml-tree.ts';

/** What decides whether a section is judged. */
interface Build {
  readonly dialect: Dialect;
  readonly offered: ReadonlySet<string>;
  readonly problems: Problems;
}

/** Keys that switch a section on, each by itself. */
const SWITCHES = ['enabled', 'passwordless_enabled', 'mfa_enabled'];

/** The switches of a section; none where it has no `enabled` of today. */
export function switchesOf({ keys }: MapOf): readonly string[] {
  const main = own(keys, 'enabled');
  if (main?.kind !== 'leaf' || main.to !== undefined || main.inert !== undefined) return [];
  return SWITCHES.filter((name) => own(keys, name) !== undefined);
}

/**
 * Says how a section is judged by its switches: not at all where it is written to be off, with warnings only where it is off
 * because nobody switched it on, or on and not there yet.
 */
export function relaxSwitchedOff({ dialect, offered, problems }: Build, spec: MapOf, tree: YamlMap): void {
  const switches = switchesOf(spec);
  const written = switches.flatMap((name) => tree.entries.get(name)?.value ?? []);
  const on = switches.filter((name) => isTrue(tree.entries.get(name)?.value) || isDefault(spec, name, tree));
  if (on.length === 0 && written.length > 0 && written.every(isFalse)) problems.relax(tree.path, 'off');
  // The older dialects have other defaults, and sections that their content switches on.
  else if (on.length === 0 && written.length === 0 && dialect === 'current') problems.relax(tree.path, 'lenient');
  else if (on.length > 0 && on.every((name) => lacks(offered, own(spec.keys, name))))
    problems.relax(tree.path, 'lenient');
}

/** True for a key that changes nothing here, or belongs to a feature that this build lacks. */
export const isWithoutEffect = (offered: ReadonlySet<string>, spec: Meta | Partial<Meta>): boolean =>
  spec.inert !== undefined || (spec.when === undefined && lacks(offered, spec));

const lacks = (offered: ReadonlySet<string>, spec: Partial<Meta> | undefined): boolean =>
  spec?.feature !== undefined && !offered.has(spec.feature);
const own = (keys: MapOf['keys'], name: string): Spec | undefined =>
  Object.hasOwn(keys, name) ? keys[name] : undefined;
const isDefault = ({ keys }: MapOf, name: string, tree: YamlMap): boolean =>
  !tree.entries.has(name) && own(keys, name)?.default === true;
const isTrue = (tree: YamlTree | undefined): boolean =>
  tree?.kind === 'scalar' && (tree.value === true || tree.value === 'true');
const isFalse = (tree: YamlTree): boolean => tree.kind === 'scalar' && (tree.value === false || tree.value === 'false');
