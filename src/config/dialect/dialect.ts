import { sameJson } from '../../kernel/json.ts';
import type { Checked, Found } from '../check.ts';
import type { Dialect } from '../config.ts';
import type { Problems } from '../source/problems.ts';
import type { MapOf, Spec } from '../schema/spec.ts';
import { childPath, findTree, type YamlTree } from '../source/yaml-tree.ts';

/** Translates older spellings: the result has current keys only. */

const ENV_PATH = /^[A-Z0-9_]+ /;
/** Environment variables do not mark a dialect: deployments set them for every version. */
const inFile = (tree: YamlTree | undefined): boolean => tree !== undefined && !ENV_PATH.test(tree.path);

/** The dialect of a whole file: it decides for methods that have no list of their own. */
export function recogniseDialect(tree: YamlTree): Dialect {
  const version = findTree(tree, 'version');
  if (version?.kind === 'scalar' && typeof version.value === 'string') {
    const match = /^v?(\d+)\.(\d+)\.\d+/.exec(version.value);
    if (match) {
      const minor = Number(match[1]) * 1_000_000 + Number(match[2]);
      if (minor < 2) return 'v0.1-job';
      return minor < 4 ? 'v0.3-hook' : 'current';
    }
  }
  const words = entryWords(tree);
  const hasJobMark = words.job || has(tree, JOB_MARKS);
  const hasHookMark =
    words.hook || has(tree, HOOK_MARKS) || mentions(findTree(tree, 'selfservice'), 'default_return_to');
  if (hasJobMark && !hasHookMark) return 'v0.1-job';
  return has(tree, OLD_KEYS) ? 'v0.3-hook' : 'current';
}

const JOB_MARKS = ['urls.profile_ui', 'urls.whitelisted_return_to_domains', 'selfservice.profile'];
const HOOK_MARKS = ['urls.settings_ui', 'urls.whitelisted_return_to_urls', 'selfservice.settings', 'security.session'];
const OLD_KEYS = [
  'urls',
  'ttl',
  'identity.traits',
  'secrets.session',
  'security.session',
  'selfservice.strategies',
  'selfservice.login',
  'selfservice.registration',
  'selfservice.settings',
  'selfservice.profile',
  'selfservice.verify',
  'selfservice.logout',
];
const TODAY_KEYS = [
  'selfservice.flows',
  'selfservice.methods',
  'selfservice.allowed_return_urls',
  'selfservice.default_browser_return_url',
  'identity.schemas',
  'secrets.cookie',
  'secrets.default',
];

const has = (tree: YamlTree, paths: readonly string[]): boolean =>
  paths.some((path) => inFile(findTree(tree, ...path.split('.'))));

/** Old and new spellings side by side, the environment not counted. */
export const isMixed = (tree: YamlTree): boolean => has(tree, OLD_KEYS) && has(tree, TODAY_KEYS);

/** Whether any hook list has entries that begin with `job`, or with `hook`. */
function entryWords(tree: YamlTree | undefined): { readonly job: boolean; readonly hook: boolean } {
  if (tree === undefined || tree.kind === 'scalar') return { job: false, hook: false };
  const parts = tree.kind === 'list' ? tree.items : [...tree.entries.values()].map(({ value }) => value);
  let job = false;
  let hook = false;
  for (const part of parts) {
    if (tree.kind === 'list' && part.kind === 'map') {
      job ||= part.entries.has('job');
      hook ||= part.entries.has('hook');
    }
    const inside = entryWords(part);
    job ||= inside.job;
    hook ||= inside.hook;
  }
  return { job, hook };
}

function mentions(tree: YamlTree | undefined, key: string): boolean {
  if (tree?.kind !== 'map') return false;
  return tree.entries.has(key) || [...tree.entries.values()].some(({ value }) => mentions(value, key));
}

/** Moves every value that was written under an old key to the key of today; both at once must say the same. */
export function moveOldKeys(spec: MapOf, checked: Checked, problems: Problems): void {
  for (const [key, to] of oldKeys(spec)) {
    if (checked.broken.has(key)) checked.broken.add(to);
    const found = checked.values.get(key);
    if (found === undefined) continue;
    checked.values.delete(key);
    const before = checked.values.get(to);
    if (before === undefined) checked.values.set(to, found);
    else if (!sameJson(before.value, found.value)) conflict(problems, found, before);
  }
}

export function conflict(problems: Problems, found: Pick<Found, 'at'>, other: Pick<Found, 'at'>): void {
  problems.error(
    found.at,
    'contradiction',
    `says something else than ${other.at.path}`,
    'they are two spellings of one setting: keep one',
  );
}

function oldKeys(spec: Spec, path = ''): readonly (readonly [string, string])[] {
  const own = spec.to === undefined ? [] : [[path, spec.to] as const];
  if (spec.kind !== 'map') return own;
  return [...own, ...Object.entries(spec.keys).flatMap(([key, inside]) => oldKeys(inside, childPath(path, key)))];
}

/** Defaults of the older dialects where the current default differs. */
export const OLD_DEFAULTS: Readonly<Record<string, string | number | boolean>> = {
  'selfservice.flows.registration.style': 'unified',
  'selfservice.flows.verification.enabled': true,
  'selfservice.flows.verification.use': 'link',
  'selfservice.methods.link.enabled': true,
  'selfservice.methods.link.config.lifespan': '24h',
  'selfservice.methods.code.enabled': false,
};
