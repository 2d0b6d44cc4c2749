import type { Config, HookEntry, HookList } from '../config/config.ts';
import type { Issue, IssueCode } from '../kernel/issue.ts';
import type { Phase } from '../kernel/verdict.ts';
import type { BoundHook } from './bound-hook.ts';
import { AUTOMATIC_SESSION, builtInAt, hasList, OWN_NAMES, phaseAt } from './built-in-placement.ts';
import type { FoundHook } from './found-hook.ts';
import { ownListOf } from './list-scope.ts';
import { fixedAt } from './validate-hook.ts';
import { HOOK_NAME } from '../kernel/hook-name.ts';

/** What is wrong with an entry, as its code, what is there and what is allowed. */
export type EntryProblem = readonly [code: IssueCode, found: string, allowed: string];

export const issueAt = (entry: HookEntry, [code, found, allowed]: EntryProblem): Issue => ({
  code,
  place: entry.place,
  path: entry.path,
  found,
  allowed,
});

/** The hooks that may be written in a list. */
export function allowedIn(list: HookList, hooks: ReadonlyMap<string, FoundHook>): readonly string[] {
  if (!hasList(list)) return [];
  const plugins = [...hooks.values()].filter(({ hook }) => {
    if (OWN_NAMES.has(hook.name)) return false;
    const at = fixedAt(hook);
    return at === undefined || phaseAt(at, list) !== undefined;
  });
  return [...builtInAt(list), ...plugins.map(({ hook }) => hook.name)];
}

export function allowedText(names: readonly string[]): string {
  return names.length === 0 ? 'no hook is allowed here' : `allowed here: ${names.join(', ')}`;
}

/** What to do about a built-in hook in the wrong list; with the right list where there is one near. */
export function placementAdvice(
  name: string,
  list: HookList,
  allowed: readonly string[],
  { listOwners }: Pick<Config, 'listOwners'>,
): string {
  const { flow, point, method, dialect } = list;
  if (name === AUTOMATIC_SESSION && flow === 'login' && point === 'after')
    return `leave it out: it is automatic; ${allowedText(allowed)}`;
  if (flow === 'settings' && point === 'before' && dialect !== 'current')
    return 'no hook is allowed here: this flow has none before it';
  const owner =
    method === undefined && listOwners[flow].find((each) => builtInAt({ ...list, method: each }).includes(name));
  if (owner) {
    const path = list.path.replace(/\.hooks$/, '');
    return `it belongs into the list of a method, such as ${path}.${owner}; ${allowedText(allowed)}`;
  }
  return allowedText(allowed);
}

const LONGEST_ID = 64;

/** Ids become names of states: they have the letters of one, and each is used once in its list. */
export function idProblems({ entries }: HookList): readonly Issue[] {
  const seen = new Set<string>();
  const problems: Issue[] = [];
  for (const { id, place, path } of entries) {
    if (id === undefined) continue;
    const issue = { code: 'hook-id', place, path: `${path}.id`, found: JSON.stringify(id) } as const;
    if (!HOOK_NAME.test(id) || id.length > LONGEST_ID)
      problems.push({ ...issue, allowed: 'small letters, digits and _, beginning with a letter; at most 64' });
    if (seen.has(id)) problems.push({ ...issue, allowed: 'an id of its own in this list' });
    seen.add(id);
  }
  return problems;
}

/** Lists of a flow that a method does not use, because it has a list of its own. */
export function unusedLists({ lists, methods }: Pick<Config, 'lists' | 'methods'>): readonly Issue[] {
  const flowLists = lists.filter(({ method, entries }) => method === undefined && entries.length > 0);
  return flowLists.flatMap((list) =>
    Object.keys(methods).flatMap((method): readonly Issue[] => {
      const own = ownListOf(method, list, lists);
      if (own === undefined) return [];
      const names = list.entries.map(({ hook }) => hook).join(', ');
      return [
        {
          code: 'hook-list-unused',
          place: list.entries[0]?.place,
          path: list.path,
          found: `${names} never run for ${method}: it has a list of its own, ${own.path}`,
          allowed: 'one of the two lists; repeat there what shall run for both',
        },
      ];
    }),
  );
}

export const neverRuns = (entry: HookEntry, reason: string): Issue => ({
  code: 'hook-never-runs',
  place: entry.place,
  path: entry.path,
  found: `the hook "${entry.hook}" never runs: ${reason}`,
  allowed: 'leave it out, or move it',
});

const WHEN: Readonly<Record<Phase, string>> = {
  prepare: 'before persisting',
  write: 'while persisting',
  follow: 'after persisting',
};

/** The order that will run, where it is not the order that was written. */
export function orderNote(list: HookList, written: readonly BoundHook[], runs: readonly BoundHook[]): readonly Issue[] {
  if (written.every((each, i) => each === runs[i])) return [];
  return [
    {
      code: 'hook-order',
      place: list.entries[0]?.place,
      path: list.path,
      found: `written ${written.map(({ key }) => key).join(', ')}`,
      allowed: `runs ${runs.map(({ key, phase }) => `${key} (${WHEN[phase]})`).join(', ')}`,
    },
  ];
}

/** Without repetitions: a list of the flow makes a lane for each method, and each lane reports the same entry. */
export function withoutRepetitions(issues: readonly Issue[]): readonly Issue[] {
  const firsts = new Map(issues.toReversed().map((issue) => [`${issue.code} ${issue.path}`, issue]));
  return issues.filter((issue) => firsts.get(`${issue.code} ${issue.path}`) === issue);
}
