import type { Dialect, Release } from '../config.ts';
import { findTree, type YamlTree } from '../source/yaml-tree.ts';
import type { Written } from './find-all.ts';
import { CAME_AFTER_V0_8, CAME_WITH, CAME_WITH_V1_1, ENDED_WITH_V0_8, marksIn } from './release-marks.ts';

/** The release whose names a file has. */
export interface Origin {
  /** What hook lists mean, and what follows for methods that have none. */
  readonly dialect: Dialect;
  /** Whose defaults hold. Files that were edited for a newer release have those of today. */
  readonly release: Release;
  /** Names that ended with v0.8, and names that came after it. Files that have both are read, and this is said. */
  readonly older: readonly Written[];
  readonly newer: readonly Written[];
  /** It has names that came with v1.1. */
  readonly cameWithV1_1: boolean;
}

/** Names that ended with v0.8 stand in a file of one of these. */
const BETWEEN: readonly Release[] = ['v0.4', 'v0.5', 'v0.6', 'v0.7', 'v0.8'];
export const isBetween = ({ release }: Pick<Origin, 'release'>): boolean => BETWEEN.includes(release);

/** Recognises the release by the names that a file has: its `version` is wrong in half of all files above v0.3. */
export function recogniseOrigin(tree: YamlTree): Origin {
  const dialect = recogniseDialect(tree);
  const cameWithV1_1 = marksIn(tree, CAME_WITH_V1_1).length > 0;
  const of = (release: Release, older: Origin['older'] = [], newer: Origin['newer'] = []): Origin => ({
    dialect,
    release,
    older,
    newer,
    cameWithV1_1,
  });
  if (dialect !== 'current') return of(RELEASE_OF[dialect]);
  const older = [...marksIn(tree, ENDED_WITH_V0_8), ...strategiesOf(tree)];
  if (older.length === 0) return of('current');
  const newer = marksIn(tree, CAME_AFTER_V0_8);
  if (newer.length > 0) return of('current', older, newer);
  return of(CAME_WITH.find(([, marks]) => marksIn(tree, marks).length > 0)?.[0] ?? 'v0.5', older);
}

const RELEASE_OF: Readonly<Record<Exclude<Dialect, 'current'>, Release>> = { 'v0.1-job': 'v0.1', 'v0.3-hook': 'v0.3' };

const STRATEGIES = 'selfservice.strategies';
const strategiesOf = (tree: YamlTree): readonly Written[] => marksIn(tree, [{ pattern: STRATEGIES }]);

/** The dialect of a whole file: it decides for methods that have no list of their own. */
function recogniseDialect(tree: YamlTree): Dialect {
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
  return hasOldKeys(tree) ? 'v0.3-hook' : 'current';
}

const JOB_MARKS = ['urls.profile_ui', 'urls.whitelisted_return_to_domains', 'selfservice.profile'];
const HOOK_MARKS = ['urls.settings_ui', 'urls.whitelisted_return_to_urls', 'selfservice.settings', 'security.session'];
const OLD_KEYS = [
  'urls',
  'ttl',
  'identity.traits',
  'secrets.session',
  'security.session',
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
  marksIn(
    tree,
    paths.map((pattern) => ({ pattern })),
  ).length > 0;

/** v0.1, v0.3 and v0.4 have `strategies`; it stands for the first two unless the file has anything of v0.4. */
const hasOldKeys = (tree: YamlTree): boolean =>
  has(tree, OLD_KEYS) ||
  (has(tree, [STRATEGIES]) && !has(tree, ['selfservice.flows']) && marksIn(tree, ENDED_WITH_V0_8).length === 0);

/** Spellings of v0.1 or v0.3 and later ones side by side, the environment not counted. */
export const isMixed = (tree: YamlTree): boolean =>
  hasOldKeys(tree) && (has(tree, TODAY_KEYS) || marksIn(tree, ENDED_WITH_V0_8.filter(isLater)).length > 0);
const isLater = ({ pattern }: { readonly pattern: string }): boolean =>
  pattern !== 'hashers.argon2.memory' && !pattern.startsWith(STRATEGIES);

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
