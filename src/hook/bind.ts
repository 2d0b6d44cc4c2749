import type { Config, Dialect, FlowName, HookEntry, HookList, MethodName } from '../config/config.ts';
import type { Issue, IssueCode } from '../kernel/issue.ts';
import type { Phase } from '../kernel/verdict.ts';
import { metaOf, type At, type Hook, type HookMeta, type Point, type Start } from './define.ts';
import type { FoundHook } from './discover.ts';
import { parseEntryConfig } from './entry-config.ts';
import { describeThrown } from './hook-error.ts';
import { didYouMean } from '../kernel/did-you-mean.ts';
import { builtInAt, hasList, laneName, orderOf, OWN_NAMES, phaseAt, REFUSED } from './built-in-placement.ts';
import { checkAt, checkMeta, fixedAt, METHODS, PHASES } from './validate-hook.ts';

/** A configured hook as one state of one lane. */
export interface BoundHook {
  readonly name: string;
  /** Unique in its lane and phase: `web_hook`, `web_hook~2`, or the entry's own id. */
  readonly key: string;
  readonly phase: Phase;
  readonly point: Point;
  /** The lane it runs in: `login.before`, `login.after.password`. */
  readonly list: string;
  readonly method: MethodName | undefined;
  /** Parsed by the hook's own schema, frozen. */
  readonly config: unknown;
  readonly hook: Hook<unknown>;
  /** What the hook says of itself under this configuration. */
  readonly meta: HookMeta;
  readonly entry: HookEntry;
  /** The list as it was written: the flow's own where the method has none. */
  readonly from: HookList;
}

/** An entry that never runs: drawn grey, with the reason. */
export interface DeadHook {
  readonly name: string;
  /** The lane it would have run in. */
  readonly list: string;
  readonly entry: HookEntry;
  readonly from: HookList;
  readonly code: UnreachableCode;
  readonly reason: string;
}

/**
 * Why an entry never runs. method-not-offered: this build does not have the method. after-end: an entry before it ends the
 * list. end-runs-earlier: the entry that ends the list runs in an earlier phase. list-of-its-own: its method has another
 * list.
 */
export type UnreachableCode = 'method-not-offered' | 'after-end' | 'end-runs-earlier' | 'list-of-its-own';

/** What runs at a point for a method: three phases, each in written order. */
export interface BoundLane {
  readonly list: string;
  readonly dialect: Dialect;
  readonly order: 'hooks_first' | 'persist_first';
  /** The list that is used; undefined: none was written. */
  readonly from: HookList | undefined;
  readonly prepare: readonly BoundHook[];
  readonly write: readonly BoundHook[];
  readonly follow: readonly BoundHook[];
  readonly dead: readonly DeadHook[];
}

export interface Bound {
  for(flow: FlowName, point: 'before' | 'after', method?: MethodName): BoundLane;
  /** All hooks of a lane by its name, `login.after.password`, in the order they run. */
  hooksOf(list: string): readonly BoundHook[];
  /** Every lane that a list was written for, dead entries included. */
  readonly lanes: readonly BoundLane[];
}

export interface Binding {
  readonly bound: Bound;
  /** Any of these refuses the start. */
  readonly issues: readonly Issue[];
  /** Loud at start, findings of `check`. */
  readonly warnings: readonly Issue[];
  /** Neither: the order that will run where it is not the one that was written. */
  readonly notes: readonly Issue[];
}

/**
 * Runs the `load` of every entry whose hook has one, and binds again with what they gave. Nothing is loaded while
 * something else is wrong.
 */
export async function loadHooks(config: Config, hooks: ReadonlyMap<string, FoundHook>, start: Start): Promise<Binding> {
  const first = bindHooks(config, hooks);
  if (first.issues.length > 0) return first;
  const bound = first.bound.lanes.flatMap(({ prepare, write, follow }) => [...prepare, ...write, ...follow]);
  const byEntry = new Map(bound.filter(({ hook }) => hook.load !== undefined).map((each) => [each.entry, each]));
  if (byEntry.size === 0) return first;
  const issues: Issue[] = [];
  const loaded = new Map<HookEntry, unknown>();
  const load = async ({ entry, hook, config: parsed }: BoundHook): Promise<void> => {
    try {
      loaded.set(entry, await hook.load?.(parsed, start));
    } catch (error) {
      const found = `hook "${hook.name}": ${error instanceof Error ? error.message : describeThrown(error)}`;
      issues.push({
        code: 'hook-config',
        place: entry.place,
        path: `${entry.path}.config`,
        found,
        allowed: 'what the hook can load',
      });
    }
  };
  await Promise.all([...byEntry.values()].map(load));
  return issues.length > 0 ? { ...first, issues } : bindHooks(config, hooks, loaded);
}

/** Gives every entry of every list its hook, its phase and its parsed configuration, and says all that is wrong at once. */
export function bindHooks(
  config: Config,
  hooks: ReadonlyMap<string, FoundHook>,
  loaded: ReadonlyMap<HookEntry, unknown> = new Map(),
): Binding {
  const said: Said = { issues: [], warnings: [], notes: [] };
  const read = new Map(config.lists.map((list) => [list, readList(list, { config, hooks, loaded, said })]));
  const shadowed = sayShadowed(config.lists);
  const lanes = new Map<string, BoundLane>();
  for (const list of config.lists) {
    for (const method of lanesOf(list, config.lists)) {
      const name = laneName(list.flow, list.point, method);
      const taken =
        list.flow === 'logout' && list.point === 'after' ? keysOf(lanes.get('logout.before')) : new Set<string>();
      lanes.set(name, makeLane({ name, method, list, entries: read.get(list) ?? [], config, taken }, said));
    }
  }
  for (const [name, own] of automatic(config, hooks, lanes)) lanes.set(name, own);
  const lane = (flow: FlowName, point: 'before' | 'after', method?: MethodName): BoundLane =>
    lanes.get(laneName(flow, point, method)) ??
    lanes.get(laneName(flow, point, undefined)) ??
    emptyLane(laneName(flow, point, method), config.dialect);
  const bound: Bound = {
    for: lane,
    hooksOf(list) {
      const { prepare, write, follow } = lanes.get(list) ?? emptyLane(list, config.dialect);
      return [...prepare, ...write, ...follow];
    },
    lanes: [...lanes.values()],
  };
  return { bound, issues: said.issues, warnings: [...shadowed, ...unique(said.warnings)], notes: unique(said.notes) };
}

interface Said {
  readonly issues: Issue[];
  readonly warnings: Issue[];
  readonly notes: Issue[];
}

/** An entry that was read, with its hook. */
interface ReadEntry {
  readonly entry: HookEntry;
  readonly hook: Hook<unknown>;
  readonly config: unknown;
  readonly at: At;
  readonly meta: HookMeta;
}

interface Reading {
  readonly config: Config;
  readonly hooks: ReadonlyMap<string, FoundHook>;
  readonly loaded: ReadonlyMap<HookEntry, unknown>;
  readonly said: Said;
}

function readList(list: HookList, reading: Reading): readonly ReadEntry[] {
  sayIds(list, reading.said);
  return list.entries.flatMap((entry) => {
    const read = readEntry(entry, list, reading);
    return read === undefined ? [] : [read];
  });
}

function readEntry(entry: HookEntry, list: HookList, { config, hooks, loaded, said }: Reading): ReadEntry | undefined {
  const refuse = (code: IssueCode, found: string, allowed: string): undefined => {
    said.issues.push({ code, place: entry.place, path: entry.path, found, allowed });
  };
  const name = entry.hook;
  const here = allowedHere(list, hooks);
  const hook = hooks.get(name)?.hook;
  const refused = REFUSED.get(name);
  if (refused !== undefined) return refuse('hook-refused', `the hook "${name}" is refused`, `leave it out: ${refused}`);
  if (hook === undefined && !OWN_NAMES.has(name)) {
    const near = didYouMean(name, [...hooks.keys(), ...OWN_NAMES]);
    const hint = near === undefined ? '' : `; did you mean "${near}"?`;
    return refuse('hook-unknown', `there is no hook "${name}"`, `${inWords(here)}${hint}`);
  }
  if (OWN_NAMES.has(name) && !builtInAt(list).includes(name))
    return refuse('hook-misplaced', `the hook "${name}" is not allowed here`, why(name, list, here));
  if (!hasList(list)) return refuse('hook-misplaced', `the hook "${name}" is not allowed here`, inWords(here));
  if (name === 'verify' && list.dialect === 'current' && config.flows.verification.enabled) {
    return refuse(
      'hook-superfluous',
      'the hook "verify" beside verification.enabled',
      'leave it out: verification sends by itself',
    );
  }
  if (hook === undefined)
    return refuse(
      'hook-unusable',
      `the hook "${name}" comes with the server, but could not be loaded`,
      'an installation that is whole',
    );

  const parsed = parseEntryConfig(entry, hook, list.dialect);
  said.issues.push(...parsed.issues);
  if (parsed.issues.length > 0) return undefined;
  const at = placesOf(hook, parsed.config);
  if (typeof at === 'string')
    return refuse(
      'hook-unusable',
      `the hook "${name}" cannot say where it runs: ${at}`,
      'places and phases that it has a `run` for',
    );
  if (phaseAt(at, list) === undefined) {
    return refuse(
      'hook-misplaced',
      `the hook "${name}" is not allowed here`,
      `for it: ${Object.keys(at).join(', ')}; here: ${inWords(here)}`,
    );
  }
  const meta = metaFor(hook, parsed.config);
  if (typeof meta === 'string')
    return refuse('hook-unusable', `the hook "${name}" cannot say what it does: ${meta}`, 'a `meta` that can be read');
  return { entry, hook, config: loaded.has(entry) ? loaded.get(entry) : parsed.config, at, meta };
}

function isOff(method: MethodName | undefined, config: Config): boolean {
  return method !== undefined && config.notOffered.includes(method);
}

/** The places a hook names for this configuration of it; a sentence when it cannot. */
function placesOf(hook: Hook<unknown>, config: unknown): At | string {
  const fixed = fixedAt(hook);
  if (fixed !== undefined || typeof hook.at !== 'function') return fixed ?? {};
  try {
    const at = hook.at(config);
    const [flaw] = checkAt(at, hook.run);
    return flaw === undefined ? at : `${flaw.path}: ${flaw.found}; ${flaw.allowed}`;
  } catch (error) {
    return error instanceof Error ? error.message : 'it threw';
  }
}

/** What a hook says of itself for this configuration of it; a sentence when it cannot. */
function metaFor(hook: Hook<unknown>, config: unknown): HookMeta | string {
  try {
    const meta = metaOf(hook, config);
    const [problem] = typeof hook.meta === 'function' ? checkMeta(meta, hook) : [];
    return problem === undefined ? Object.freeze(meta) : `${problem.path}: ${problem.found}; ${problem.allowed}`;
  } catch (error) {
    return error instanceof Error ? error.message : 'it threw';
  }
}

function allowedHere(list: HookList, hooks: ReadonlyMap<string, FoundHook>): readonly string[] {
  if (!hasList(list)) return [];
  const plugins = [...hooks.values()].filter(({ hook }) => {
    if (OWN_NAMES.has(hook.name)) return false;
    const at = fixedAt(hook);
    return at === undefined || phaseAt(at, list) !== undefined;
  });
  return [...builtInAt(list), ...plugins.map(({ hook }) => hook.name)];
}

function inWords(names: readonly string[]): string {
  return names.length === 0 ? 'no hook is allowed here' : `allowed here: ${names.join(', ')}`;
}

/** The words for a built-in hook in the wrong place, with the place that is the right one where there is one near. */
function why(name: string, list: HookList, here: readonly string[]): string {
  const { flow, point, method, dialect } = list;
  if (name === 'session' && flow === 'login' && point === 'after')
    return `leave it out: it is automatic; ${inWords(here)}`;
  if (flow === 'settings' && point === 'before' && dialect !== 'current')
    return 'no hook is allowed here: this flow has none before it';
  if (method === undefined && builtInAt({ ...list, method: 'password' }).includes(name)) {
    return `it belongs into the list of a method, such as ${list.path.replace(/\.hooks$/, '')}.password; ${inWords(here)}`;
  }
  return inWords(here);
}

/** Ids become names of states. */
function sayIds(list: HookList, said: Said): void {
  const ids = new Set<string>();
  for (const { id, place, path } of list.entries) {
    if (id === undefined) continue;
    if (!/^[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(id)) {
      said.issues.push({
        code: 'hook-id',
        place,
        path: `${path}.id`,
        found: JSON.stringify(id),
        allowed: 'letters, digits, - and _, beginning with a letter; at most 64',
      });
    }
    if (ids.has(id))
      said.issues.push({
        code: 'hook-id',
        place,
        path: `${path}.id`,
        found: JSON.stringify(id),
        allowed: 'an id of its own in this list',
      });
    ids.add(id);
  }
}

/** The lanes a list is used for: its method's, or those of the flow and of all methods that have no list of their own. */
function lanesOf(list: HookList, lists: readonly HookList[]): readonly (MethodName | undefined)[] {
  if (list.method !== undefined)
    return list.entries.length === 0 && generic(list, lists) !== undefined ? [] : [list.method];
  if (list.point === 'before' || list.flow === 'logout') return [undefined];
  return [undefined, ...METHODS.filter((method) => !lists.some((each) => isOwn(each, list, method)))];
}

function generic(list: HookList, lists: readonly HookList[]): HookList | undefined {
  return lists.find((each) => each.flow === list.flow && each.point === list.point && each.method === undefined);
}

const isOwn = (list: HookList, of: HookList, method: MethodName): boolean =>
  list.flow === of.flow && list.point === of.point && list.method === method && list.entries.length > 0;

function sayShadowed(lists: readonly HookList[]): readonly Issue[] {
  const warnings: Issue[] = [];
  for (const list of lists) {
    if (list.method !== undefined || list.entries.length === 0) continue;
    for (const method of METHODS) {
      const own = lists.find((each) => isOwn(each, list, method));
      if (own === undefined) continue;
      const names = list.entries.map(({ hook }) => hook).join(', ');
      warnings.push({
        code: 'hook-list-unused',
        place: list.entries[0]?.place,
        path: list.path,
        found: `${names} never run for ${method}: it has a list of its own, ${own.path}`,
        allowed: 'one of the two lists; repeat there what shall run for both',
      });
    }
  }
  return warnings;
}

interface LaneParts {
  readonly name: string;
  readonly method: MethodName | undefined;
  readonly list: HookList;
  readonly entries: readonly ReadEntry[];
  readonly config: Config;
  /** Keys of another lane that stands in the same boxes. */
  readonly taken: ReadonlySet<string>;
}

function makeLane({ name, method, list, entries, config, taken }: LaneParts, said: Said): BoundLane {
  const dead: DeadHook[] = [...shadowed(name, method, list, config)];
  const bury = ({ entry }: ReadEntry, code: UnreachableCode, reason: string): void => {
    dead.push({ name: entry.hook, list: name, entry, from: list, code, reason });
    if (code !== 'method-not-offered')
      said.warnings.push({
        code: 'hook-never-runs',
        place: entry.place,
        path: entry.path,
        found: `the hook "${entry.hook}" never runs: ${reason}`,
        allowed: 'leave it out, or move it',
      });
  };
  const offered = entries.filter((each) => {
    if (isOff(method, config))
      bury(each, 'method-not-offered', `${method} is configured; this build cannot offer it yet`);
    else return true;
    return false;
  });

  const end = offered.findIndex(({ hook }) => hook?.ends === true);
  const kept = end < 0 ? offered : offered.slice(0, end + 1);
  for (const each of offered.slice(kept.length))
    bury(each, 'after-end', `it stands after "${kept.at(-1)?.entry.hook}", which ends the list`);

  const where = { ...list, method };
  const placed = kept.flatMap((each) => {
    const phase = phaseAt(each.at, where);
    return phase === undefined ? [] : [{ each, hook: each.hook, phase }];
  });
  const closing = placed.at(-1);
  const early =
    closing?.hook.ends === true && closing.phase !== 'follow' ? PHASES.indexOf(closing.phase) : PHASES.length;
  const alive = placed.filter(({ each, phase }) => {
    if (PHASES.indexOf(phase) <= early) return true;
    bury(each, 'end-runs-earlier', `"${closing?.hook.name}" runs before it, in ${closing?.phase}, and ends the list`);
    return false;
  });

  const keys = new Set(taken);
  const hooks = alive.map(({ each: { entry, config: parsed, meta }, hook, phase }): BoundHook => {
    const key = unusedKey(keys, phase, entry.id ?? hook.name);
    const point: Point = `${list.flow}.${list.point}`;
    return Object.freeze({
      name: hook.name,
      key,
      phase,
      point,
      list: name,
      method,
      config: parsed,
      hook,
      meta,
      entry,
      from: list,
    });
  });
  const ordered = PHASES.map((phase) => hooks.filter((each) => each.phase === phase));
  sayOrder(list, hooks, ordered.flat(), said);
  const [prepare = [], write = [], follow = []] = ordered;
  return { list: name, dialect: list.dialect, order: orderOf(list.dialect), from: list, prepare, write, follow, dead };
}

/**
 * Where verification is on, the hook that today's configurations never write: after registration and settings it stands
 * first of what is written, in the machine and so in the drawing.
 */
function* automatic(
  config: Config,
  hooks: ReadonlyMap<string, FoundHook>,
  lanes: ReadonlyMap<string, BoundLane>,
): Generator<readonly [string, BoundLane]> {
  const hook = hooks.get('verification')?.hook;
  if (!config.flows.verification.enabled || hook === undefined) return;
  const path = 'selfservice.flows.verification.enabled';
  const entry: HookEntry = { hook: hook.name, id: undefined, config: undefined, path, place: undefined };
  for (const flow of ['registration', 'settings'] as const) {
    for (const method of METHODS) {
      const name = laneName(flow, 'after', method);
      const lane = lanes.get(name) ?? lanes.get(laneName(flow, 'after', undefined)) ?? emptyLane(name, config.dialect);
      if (lane.dialect !== 'current') continue;
      const from: HookList = { name, flow, point: 'after', method, dialect: 'current', path, entries: [entry] };
      const key = unusedKey(new Set(keysOf(lane)), 'write', hook.name);
      const point: Point = `${flow}.after`;
      const bound: BoundHook = {
        name: hook.name,
        key,
        phase: 'write',
        point,
        list: name,
        method,
        config: undefined,
        hook,
        meta: metaOf(hook, undefined),
        entry,
        from,
      };
      yield [name, { ...lane, list: name, write: [Object.freeze(bound), ...lane.write] }];
    }
  }
}

/** Entries of the flow's own list, in the lane of a method that has another. */
function shadowed(lane: string, method: MethodName | undefined, list: HookList, config: Config): readonly DeadHook[] {
  const from = method === undefined || list.method === undefined ? undefined : generic(list, config.lists);
  if (from === undefined) return [];
  const reason = `${method} has a list of its own, ${list.path}`;
  return from.entries.map((entry) => ({ name: entry.hook, list: lane, entry, from, code: 'list-of-its-own', reason }));
}

function unusedKey(keys: Set<string>, phase: Phase, wanted: string): string {
  let key = wanted;
  for (let n = 2; keys.has(`${phase}/${key}`); n++) key = `${wanted}~${n}`;
  keys.add(`${phase}/${key}`);
  return key;
}

function keysOf(lane: BoundLane | undefined): ReadonlySet<string> {
  return new Set(
    lane ? [...lane.prepare, ...lane.write, ...lane.follow].map(({ phase, key }) => `${phase}/${key}`) : [],
  );
}

function sayOrder(list: HookList, written: readonly BoundHook[], runs: readonly BoundHook[], said: Said): void {
  if (written.every((each, i) => each === runs[i])) return;
  const names = (hooks: readonly BoundHook[]): string => hooks.map(({ key }) => key).join(', ');
  const words: Record<Phase, string> = {
    prepare: 'before persisting',
    write: 'while persisting',
    follow: 'after persisting',
  };
  said.notes.push({
    code: 'hook-order',
    place: list.entries[0]?.place,
    path: list.path,
    found: `written ${names(written)}`,
    allowed: `runs ${runs.map(({ key, phase }) => `${key} (${words[phase]})`).join(', ')}`,
  });
}

function emptyLane(list: string, dialect: Dialect): BoundLane {
  return { list, dialect, order: orderOf(dialect), from: undefined, prepare: [], write: [], follow: [], dead: [] };
}

/** A list of the flow is read once for each method; what is wrong with it is said once. */
function unique(issues: readonly Issue[]): readonly Issue[] {
  return issues.filter((one, i) => issues.findIndex((each) => each.path === one.path && each.code === one.code) === i);
}
