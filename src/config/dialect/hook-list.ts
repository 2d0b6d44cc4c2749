import type { RefusingCode } from '../../kernel/judgement.ts';
import { isObject, sameJson } from '../../kernel/json.ts';
import { parseConfiguredUrl } from '../../kernel/return-url.ts';
import type { RawList } from '../check.ts';
import type { Dialect, FlowName, HookEntry, MethodName } from '../config.ts';
import { didYouMean } from '../../kernel/did-you-mean.ts';
import { describe, type Problems } from '../source/problems.ts';
import { childPath, toJson, type Entry, type YamlMap, type YamlTree } from '../source/yaml-tree.ts';
import { HOOK_NAME } from '../../kernel/hook-name.ts';

/** A list as read: `passwordless` is not yet spread over the methods it stands for. */
export interface ReadList {
  readonly flow: FlowName;
  readonly point: 'before' | 'after';
  /** `passwordless` stands for every method that needs no password. */
  readonly method: MethodName | undefined;
  readonly dialect: Dialect;
  readonly path: string;
  readonly tree: YamlTree;
  readonly entries: readonly HookEntry[];
}

/** Reads one list: its shape, its dialect, and for `redirect` of the old dialects its options. */
export function readHookList({ spec, tree }: RawList, problems: Problems): ReadList | undefined {
  if (tree.kind === 'scalar' && tree.value === null) return undefined;
  if (tree.kind !== 'list') {
    problems.error(tree, 'wrong-value', describe(tree), 'write a list of hooks');
    return undefined;
  }
  const items = tree.items.filter((item) => isEntry(item, problems));
  const jobs = items.filter(({ entries }) => entries.has('job'));
  const hooks = items.filter(({ entries }) => entries.has('hook'));
  if (jobs.length > 0 && hooks.length > 0 && jobs.some((each) => !hooks.includes(each))) {
    problems.error(
      tree,
      'contradiction',
      'has entries with `job` and entries with `hook`',
      'keep one of the two words within a list',
    );
    return undefined;
  }
  const dialect: Dialect = jobs.length > 0 ? 'v0.1-job' : spec.old ? 'v0.3-hook' : 'current';
  const flow = spec.flow === 'profile' ? 'settings' : spec.flow;
  if (flow === 'settings' && items.length > 0) {
    if (spec.flow === 'profile') {
      problems.error(
        tree,
        'misplaced',
        'is a list of hooks',
        'this flow had none in v0.1; write it under selfservice.settings with `hook`',
      );
      return undefined;
    }
    if (spec.old && spec.point === 'before') {
      problems.error(
        tree,
        'misplaced',
        'is a list of hooks',
        'the settings flow has no before hooks in this dialect; remove it',
      );
      return undefined;
    }
    if (dialect === 'v0.1-job') {
      problems.error(
        tree,
        'misplaced',
        'is a list of `job` entries',
        'the settings flow had none in v0.1; write `hook`',
      );
      return undefined;
    }
  }
  const entries = items.map((item) => readEntry(item, dialect, problems)).filter((entry) => entry !== undefined);
  refuseIdentical(entries, items, problems);
  return { flow, point: spec.point, method: spec.method, dialect, path: tree.path, tree, entries };
}

function isEntry(item: YamlTree, problems: Problems): item is YamlMap {
  if (item.kind !== 'map') {
    problems.error(item, 'wrong-value', describe(item), 'write a mapping such as `hook: session`');
    return false;
  }
  const { entries } = item;
  if (entries.has('job') && entries.has('hook')) {
    problems.error(item, 'contradiction', 'has both `job` and `hook`', 'keep one of the two words');
    return false;
  }
  const run = entries.get('run');
  if (run) {
    problems.error(run.at, 'unknown-key', 'is the word `run` of very early versions', 'use `job`');
    return false;
  }
  if (!entries.has('job') && !entries.has('hook')) {
    const misspelt = [...entries].find(([key]) => !KEYS.includes(key) && NAMES.includes(didYouMean(key, KEYS) ?? ''));
    if (misspelt === undefined) problems.error(item, 'missing', 'names no hook', 'write `hook: <name>`');
    else problems.error(misspelt[1].at, ...unknownKey(misspelt[0]));
    return false;
  }
  return true;
}

const NAMES = ['hook', 'job'];
const KEYS = [...NAMES, 'id', 'config'];

function unknownKey(key: string): readonly [code: RefusingCode, found: string, allowed: string] {
  const near = didYouMean(key, KEYS);
  return ['unknown-key', 'is not a known key', near ? `did you mean \`${near}\`?` : 'known here: hook, id, config'];
}

function readEntry(item: YamlMap, dialect: Dialect, problems: Problems): HookEntry | undefined {
  const before = problems.refusals();
  for (const [key, { at }] of item.entries) {
    if (KEYS.includes(key)) continue;
    problems.error(at, ...unknownKey(key));
  }
  const hook = textOf(item.entries.get('job') ?? item.entries.get('hook'), 'write the name of a hook', problems);
  const id = textOf(item.entries.get('id'), 'write a word such as `crm`', problems);
  const written = item.entries.get('config')?.value;
  if (written !== undefined && written.kind !== 'map' && !(written.kind === 'scalar' && written.value === null)) {
    problems.error(written, 'wrong-value', describe(written), 'write a mapping');
  }
  if (hook === undefined || problems.refusals() > before) return undefined;
  const entry = { hook, id, path: item.path, place: item.place };
  if (hook === 'redirect' && dialect !== 'current')
    return { ...entry, config: readRedirect(item, written, dialect, problems) };
  // Absent and null are the same: nothing was written.
  const config = written === undefined ? undefined : (toJson(written) ?? undefined);
  return { ...entry, config };
}

function textOf(entry: Entry | undefined, wanted: string, problems: Problems): string | undefined {
  if (entry === undefined) return undefined;
  const { value } = entry;
  if (value.kind === 'scalar' && typeof value.value === 'string' && HOOK_NAME.test(value.value)) return value.value;
  problems.error(value, 'wrong-value', describe(value), `${wanted}: small letters, digits and _`);
  return undefined;
}

/** What the options of `redirect` are called in each of the old dialects, the historic names behind. */
const TARGET = {
  'v0.1-job': ['redirect_to', 'default_redirect_url'],
  'v0.3-hook': ['to', 'default_redirect_url'],
} as const;
const FOREIGN = { 'v0.1-job': { to: 'redirect_to' }, 'v0.3-hook': { redirect_to: 'to' } } as const;
const USER_DEFINED = ['allow_user_defined', 'allow_user_defined_redirect'] as const;

function readRedirect(
  item: YamlMap,
  written: YamlTree | undefined,
  dialect: 'v0.1-job' | 'v0.3-hook',
  problems: Problems,
): unknown {
  const path = childPath(item.path, 'config');
  const options = written?.kind === 'map' ? written.entries : new Map<string, Entry>();
  const known: readonly string[] = [...TARGET[dialect], ...USER_DEFINED];
  const [name, historic] = TARGET[dialect];
  let foreign = false;
  for (const [key, { at }] of options) {
    if (known.includes(key)) continue;
    const meant =
      dialect === 'v0.1-job' && key === 'to'
        ? FOREIGN['v0.1-job'].to
        : dialect === 'v0.3-hook' && key === 'redirect_to'
          ? FOREIGN['v0.3-hook'].redirect_to
          : undefined;
    foreign ||= meant !== undefined;
    if (meant)
      problems.error(
        at,
        'unknown-key',
        `is \`${key}\`, the word of another dialect`,
        `under \`${dialect === 'v0.1-job' ? 'job' : 'hook'}\` write \`${meant}\``,
      );
    else problems.error(at, 'unknown-key', 'is not an option of `redirect`', `known here: ${name}, allow_user_defined`);
  }
  const old = options.get(historic);
  if (dialect === 'v0.3-hook' && old)
    problems.warn(old.at, 'old-spelling', 'is a name of the v0.1 code', `write \`${name}\``);
  const to = one(options.get(name), old, problems);
  const target = to === undefined ? undefined : readTarget(to.value, problems);
  if (to === undefined && !foreign) {
    problems.error(
      { path: childPath(path, name), place: item.place },
      'missing',
      'is missing',
      `write \`${name}\` with an absolute http or https URL`,
    );
  }
  const [short, long] = USER_DEFINED;
  const wish = one(options.get(short), options.get(long), problems);
  const allowed = wish === undefined ? false : readWish(wish.value, dialect, problems);
  return { to: target, ...(allowed && { allow_user_defined: true }) };
}

/** One setting under either of two names. */
function one(first: Entry | undefined, second: Entry | undefined, problems: Problems): Entry | undefined {
  if (first && second && !sameJson(toJson(first.value), toJson(second.value))) {
    problems.error(
      second.at,
      'contradiction',
      `says something else than ${first.at.path}`,
      'they are two spellings of one option: keep one',
    );
  }
  return first ?? second;
}

function readTarget(tree: YamlTree, problems: Problems): string | undefined {
  const wanted = 'write an absolute http or https URL';
  if (tree.kind !== 'scalar' || typeof tree.value !== 'string') {
    problems.error(tree, 'wrong-value', describe(tree), wanted);
    return undefined;
  }
  const parsed = parseConfiguredUrl(tree.value);
  if (typeof parsed === 'string') return parsed;
  problems.error(tree, 'wrong-value', `${describe(tree)}: it ${parsed.problem}`, wanted);
  return undefined;
}

function readWish(tree: YamlTree, dialect: 'v0.1-job' | 'v0.3-hook', problems: Problems): boolean {
  const value =
    tree.kind === 'scalar'
      ? tree.loose && typeof tree.value === 'string'
        ? tree.value === 'true'
        : tree.value
      : undefined;
  if (typeof value !== 'boolean') {
    problems.error(tree, 'wrong-value', describe(tree), 'write true or false');
    return false;
  }
  if (value && dialect === 'v0.3-hook')
    problems.error(tree, 'wrong-value', 'is true', 'under `hook` the target is fixed: write false or remove it');
  return value;
}

/** The only check for entries that say the same; an id of its own makes no other entry of it. */
function refuseIdentical(entries: readonly HookEntry[], items: readonly YamlMap[], problems: Problems): void {
  for (const [i, entry] of entries.entries()) {
    const first = entries
      .slice(0, i)
      .find((other) => other.hook === entry.hook && sameConfig(other.config, entry.config));
    const item = items.find(({ path }) => path === entry.path);
    if (first && item)
      problems.error(
        item,
        'duplicate',
        `is \`${entry.hook}\`, the same entry as ${first.path}`,
        'a list holds an entry once: remove it',
      );
  }
}

const empty = (config: unknown): boolean =>
  config === undefined || (isObject(config) && Object.keys(config).length === 0);
const sameConfig = (a: unknown, b: unknown): boolean => (empty(a) && empty(b)) || sameJson(a, b);
