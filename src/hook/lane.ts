import type { Config, Dialect, HookEntry, HookList, MethodName } from '../config/config.ts';
import type { Issue } from '../kernel/issue.ts';
import type { Phase } from '../kernel/verdict.ts';
import { hooksIn, type BoundHook, type BoundLane, type UnreachableCode, type UnreachableEntry } from './bound-hook.ts';
import { AUTOMATIC_VERIFICATION, laneName, orderOf, phaseAt } from './built-in-placement.ts';
import { metaOf } from './define.ts';
import type { FoundHook } from './found-hook.ts';
import { neverRuns, orderNote } from './list-problems.ts';
import { flowListBeside } from './list-scope.ts';
import type { ReadEntry } from './read-entry.ts';
import { PHASES } from './phases.ts';

export interface LaneParts {
  readonly name: string;
  readonly method: MethodName | undefined;
  readonly list: HookList;
  readonly entries: readonly ReadEntry[];
  readonly config: Config;
  /** `phase/key` of the hooks of another lane that stands in the same boxes. */
  readonly taken: ReadonlySet<string>;
}

export interface MadeLane {
  readonly lane: BoundLane;
  readonly warnings: readonly Issue[];
  readonly notes: readonly Issue[];
}

/** Makes the lane of a list for a method: the entries that run, each in its phase, and those that never do. */
export function makeLane({ name, method, list, entries, config, taken }: LaneParts): MadeLane {
  const unreachable: UnreachableEntry[] = [...entriesOfUnusedList(name, method, list, config)];
  const warnings: Issue[] = [];
  const skip = ({ entry }: ReadEntry, code: UnreachableCode, reason: string): void => {
    unreachable.push({ name: entry.hook, list: name, entry, from: list, code, reason });
    // The loader has warned of methods that are not offered.
    if (code !== 'method-not-offered') warnings.push(neverRuns(entry, reason));
  };
  const offered = method === undefined || !config.notOffered.includes(method);
  if (!offered)
    for (const each of entries)
      skip(each, 'method-not-offered', `${method} is configured; this build cannot offer it yet`);
  const running = reachable(offered ? entries : [], { ...list, method }, skip);

  const keys = new Set(taken);
  const hooks = running.map(({ read: { entry, hook, config: parsed, meta }, phase }): BoundHook =>
    Object.freeze({
      name: hook.name,
      key: unusedKey(keys, phase, entry.id ?? hook.name),
      phase,
      point: `${list.flow}.${list.point}` as const,
      list: name,
      method,
      config: parsed,
      hook,
      meta,
      entry,
      from: list,
    }),
  );
  const [prepare = [], write = [], follow = []] = PHASES.map((phase) => hooks.filter((each) => each.phase === phase));
  const { dialect } = list;
  return {
    lane: { list: name, dialect, order: orderOf(dialect), from: list, prepare, write, follow, unreachable },
    warnings,
    notes: orderNote(list, hooks, [...prepare, ...write, ...follow]),
  };
}

interface Placed {
  readonly read: ReadEntry;
  readonly phase: Phase;
}

/** The entries up to the first that ends the list, without those whose phase comes after the phase of that one. */
function reachable(
  entries: readonly ReadEntry[],
  where: Parameters<typeof phaseAt>[1],
  skip: (read: ReadEntry, code: UnreachableCode, reason: string) => void,
): readonly Placed[] {
  const end = entries.findIndex(({ hook }) => hook.ends === true);
  const kept = end < 0 ? entries : entries.slice(0, end + 1);
  for (const each of entries.slice(kept.length))
    skip(each, 'after-end', `it stands after "${kept.at(-1)?.entry.hook}", which ends the list`);
  const placed = kept.flatMap((read): readonly Placed[] => {
    const phase = phaseAt(read.at, where);
    return phase === undefined ? [] : [{ read, phase }];
  });
  const last = placed.at(-1);
  if (last === undefined || last.read.hook.ends !== true || last.phase === 'follow') return placed;
  const isLater = ({ phase }: Placed): boolean => PHASES.indexOf(phase) > PHASES.indexOf(last.phase);
  for (const { read } of placed.filter(isLater))
    skip(read, 'end-runs-earlier', `"${last.read.hook.name}" runs before it, in ${last.phase}, and ends the list`);
  return placed.filter((each) => !isLater(each));
}

/** Entries of the flow's own list, in the lane of a method that has another list. */
function entriesOfUnusedList(
  lane: string,
  method: MethodName | undefined,
  list: HookList,
  { lists }: Config,
): readonly UnreachableEntry[] {
  const from = method === undefined || list.method === undefined ? undefined : flowListBeside(list, lists);
  if (from === undefined) return [];
  const reason = `${method} has a list of its own, ${list.path}`;
  return from.entries.map((entry) => ({
    name: entry.hook,
    list: lane,
    entry,
    from,
    code: 'list-of-its-own',
    reason,
  }));
}

/**
 * The lanes that verification adds a hook to by itself, where it is on: after registration and settings, in lists of
 * today's dialect, before everything else that is written. The hook is a state of the machine, and so in the drawing.
 */
export function* lanesWithVerification(
  config: Config,
  hooks: ReadonlyMap<string, FoundHook>,
  lanes: ReadonlyMap<string, BoundLane>,
): Generator<readonly [string, BoundLane]> {
  const hook = hooks.get(AUTOMATIC_VERIFICATION)?.hook;
  if (!config.flows.verification.enabled || hook === undefined) return;
  const path = 'selfservice.flows.verification.enabled';
  const entry: HookEntry = { hook: hook.name, id: undefined, config: undefined, path, place: undefined };
  for (const flow of ['registration', 'settings'] as const) {
    for (const method of Object.keys(config.methods)) {
      const name = laneName(flow, 'after', method);
      const lane = lanes.get(name) ?? lanes.get(laneName(flow, 'after', undefined)) ?? emptyLane(name, config.dialect);
      if (lane.dialect !== 'current') continue;
      const from: HookList = { name, flow, point: 'after', method, dialect: 'current', path, entries: [entry] };
      const bound: BoundHook = Object.freeze({
        name: hook.name,
        key: unusedKey(new Set(keysOf(lane)), 'write', hook.name),
        phase: 'write',
        point: `${flow}.after` as const,
        list: name,
        method,
        config: undefined,
        hook,
        meta: metaOf(hook, undefined),
        entry,
        from,
      });
      yield [name, { ...lane, list: name, write: [bound, ...lane.write] }];
    }
  }
}

function unusedKey(keys: Set<string>, phase: Phase, wanted: string): string {
  let key = wanted;
  for (let n = 2; keys.has(`${phase}/${key}`); n++) key = `${wanted}~${n}`;
  keys.add(`${phase}/${key}`);
  return key;
}

export const keysOf = (lane: BoundLane | undefined): ReadonlySet<string> =>
  new Set(lane === undefined ? [] : hooksIn(lane).map(({ phase, key }) => `${phase}/${key}`));

export function emptyLane(list: string, dialect: Dialect): BoundLane {
  const order = orderOf(dialect);
  return { list, dialect, order, from: undefined, prepare: [], write: [], follow: [], unreachable: [] };
}
