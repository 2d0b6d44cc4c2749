import type { Config, HookEntry } from '../config/config.ts';
import type { Issue } from '../kernel/issue.ts';
import { hooksIn, type Bound, type BoundLane } from './bound-hook.ts';
import { laneName } from './built-in-placement.ts';
import type { FoundHook } from './found-hook.ts';
import { emptyLane, keysOf, lanesWithVerification, makeLane } from './lane.ts';
import { idProblems, unusedLists, withoutRepetitions } from './list-problems.ts';
import { lanesOf } from './list-scope.ts';
import { readEntry, type ReadEntry } from './read-entry.ts';

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
 * Gives every entry of every list its hook, its phase and its parsed configuration, and says all that is wrong at once.
 * `loaded` is what the `load` of hooks gave, once it has run.
 */
export function bindHooks(
  config: Config,
  hooks: ReadonlyMap<string, FoundHook>,
  loaded: ReadonlyMap<HookEntry, unknown> = new Map(),
): Binding {
  const [issues, warnings, notes]: [Issue[], Issue[], Issue[]] = [[], [], []];
  const lanes = new Map<string, BoundLane>();
  for (const list of config.lists) {
    issues.push(...idProblems(list));
    const entries = list.entries.flatMap((entry): readonly ReadEntry[] => {
      const answer = readEntry(entry, list, { config, hooks, loaded });
      if ('read' in answer) return [answer.read];
      issues.push(...answer.issues);
      return [];
    });
    for (const method of lanesOf(list, config)) {
      const name = laneName(list.flow, list.point, method);
      // The hooks before and after a logout stand in the same boxes.
      const isAfterLogout = list.flow === 'logout' && list.point === 'after';
      const taken = keysOf(isAfterLogout ? lanes.get(laneName('logout', 'before', undefined)) : undefined);
      const made = makeLane({ name, method, list, entries, config, taken });
      lanes.set(name, made.lane);
      warnings.push(...made.warnings);
      notes.push(...made.notes);
    }
  }
  for (const [name, lane] of lanesWithVerification(config, hooks, lanes)) lanes.set(name, lane);
  return {
    bound: boundOf(lanes, config),
    issues,
    warnings: [...unusedLists(config), ...withoutRepetitions(warnings)],
    notes: withoutRepetitions(notes),
  };
}

function boundOf(lanes: ReadonlyMap<string, BoundLane>, { dialect }: Config): Bound {
  return {
    for(flow, point, method) {
      const name = laneName(flow, point, method);
      return lanes.get(name) ?? lanes.get(laneName(flow, point, undefined)) ?? emptyLane(name, dialect);
    },
    hooksOf: (list) => hooksIn(lanes.get(list) ?? emptyLane(list, dialect)),
    lanes: [...lanes.values()],
  };
}
