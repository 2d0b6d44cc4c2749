import type { Config, HookEntry, HookList } from '../config/config.ts';
import { didYouMean } from '../kernel/did-you-mean.ts';
import type { Issue } from '../kernel/issue.ts';
import { builtInAt, hasList, OWN_NAMES, phaseAt, REFUSED } from './built-in-placement.ts';
import { metaOf, type At, type Hook, type HookMeta } from './define.ts';
import type { FoundHook } from './found-hook.ts';
import { withinHook } from './hook-scope.ts';
import { parseEntryConfig } from './entry-config.ts';
import { allowedIn, allowedText, issueAt, placementAdvice, type EntryProblem } from './list-problems.ts';
import type { HookProblem } from './hook-problem.ts';
import { checkAt } from './validate-hook.ts';
import { checkMeta } from './validate-meta.ts';

/** An entry of a list with its hook, and what the hook says under the configuration of the entry. */
export interface ReadEntry {
  readonly entry: HookEntry;
  readonly hook: Hook<unknown>;
  readonly config: unknown;
  readonly at: At;
  readonly meta: HookMeta;
}

interface Known {
  readonly config: Config;
  readonly hooks: ReadonlyMap<string, FoundHook>;
  /** What `load` gave for an entry, once it has run. */
  readonly loaded: ReadonlyMap<HookEntry, unknown>;
}

/** Finds the hook of an entry and reads its configuration, or says all that is wrong with it. */
export function readEntry(
  entry: HookEntry,
  list: HookList,
  { config, hooks, loaded }: Known,
): { readonly read: ReadEntry } | { readonly issues: readonly Issue[] } {
  const refuse = (problem: EntryProblem): { readonly issues: readonly Issue[] } => ({
    issues: [issueAt(entry, problem)],
  });
  const misplaced = problemOfName(entry.hook, list, config, hooks);
  if (misplaced !== undefined) return refuse(misplaced);
  const hook = hooks.get(entry.hook)?.hook;
  if (hook === undefined)
    return refuse([
      'hook-unusable',
      `the hook "${entry.hook}" comes with the server, but could not be loaded`,
      'an installation that is whole',
    ]);
  const parsed = parseEntryConfig(entry, hook, list.dialect);
  if (parsed.issues.length > 0) return { issues: parsed.issues };

  const at = saidBy(hook.name, hook.at, parsed.config, (value) =>
    checkAt(value, hook.run, Object.keys(config.methods)),
  );
  if (typeof at === 'string')
    return refuse([
      'hook-unusable',
      `the hook "${entry.hook}" cannot say where it runs: ${at}`,
      'places and phases that it has a `run` for',
    ]);
  if (phaseAt(at, list) === undefined)
    return refuse([
      'hook-misplaced',
      `the hook "${entry.hook}" is not allowed here`,
      `for it: ${Object.keys(at).join(', ')}; here: ${allowedIn(list, hooks).join(', ') || 'none'}`,
    ]);
  const meta = saidBy(hook.name, hook.meta ?? {}, parsed.config, (value) => checkMeta(value, hook));
  if (typeof meta === 'string')
    return refuse([
      'hook-unusable',
      `the hook "${entry.hook}" cannot say what it does: ${meta}`,
      'a `meta` that can be read',
    ]);
  return { read: { entry, hook, config: loaded.has(entry) ? loaded.get(entry) : parsed.config, at, meta } };
}

/** What is wrong with the name of a hook in a list, before its configuration is looked at. */
function problemOfName(
  name: string,
  list: HookList,
  config: Config,
  hooks: ReadonlyMap<string, FoundHook>,
): EntryProblem | undefined {
  const refused = REFUSED.get(name);
  if (refused !== undefined) return ['hook-refused', `the hook "${name}" is refused`, `leave it out: ${refused}`];
  const allowed = allowedIn(list, hooks);
  if (!hooks.has(name) && !OWN_NAMES.has(name)) {
    const near = didYouMean(name, [...hooks.keys(), ...OWN_NAMES]);
    const hint = near === undefined ? '' : `; did you mean "${near}"?`;
    return ['hook-unknown', `there is no hook "${name}"`, `${allowedText(allowed)}${hint}`];
  }
  const notAllowed = `the hook "${name}" is not allowed here`;
  if (OWN_NAMES.has(name) && !builtInAt(list).includes(name))
    return ['hook-misplaced', notAllowed, placementAdvice(name, list, allowed, config)];
  if (!hasList(list)) return ['hook-misplaced', notAllowed, allowedText(allowed)];
  if (isSuperfluous(name, list, config, hooks))
    return [
      'hook-superfluous',
      `the hook "${name}" beside verification.enabled`,
      'leave it out: verification sends by itself',
    ];
  return undefined;
}

/** In today's dialect verification that is on sends by itself after registration and settings. */
function isSuperfluous(
  name: string,
  { flow, point, dialect }: HookList,
  { flows }: Config,
  hooks: ReadonlyMap<string, FoundHook>,
): boolean {
  const hook = hooks.get(name)?.hook;
  const isAutomatic = dialect === 'current' && flows.verification.enabled && point === 'after' && flow !== 'login';
  if (!isAutomatic || !OWN_NAMES.has(name) || hook === undefined || typeof hook.meta === 'function') return false;
  return metaOf(hook, undefined).startsVerification === true;
}

/** What a hook says for a configuration of it, by a function or once for all; a sentence when it cannot say it. */
function saidBy<T extends object>(
  hook: string,
  said: T | ((config: unknown) => T),
  config: unknown,
  check: (value: unknown) => readonly HookProblem[],
): T | string {
  if (typeof said !== 'function') return said; // checked when the hook was found
  try {
    const value = withinHook(hook, () => said(config));
    const [problem] = check(value);
    return problem === undefined ? Object.freeze(value) : `${problem.path}: ${problem.found}; ${problem.allowed}`;
  } catch (error) {
    return error instanceof Error ? error.message : 'it threw';
  }
}
