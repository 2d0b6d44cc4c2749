import type { Config, HookEntry } from '../config/config.ts';
import type { Issue } from '../kernel/issue.ts';
import { bindHooks, type Binding } from './bind.ts';
import { hooksIn, type BoundHook } from './bound-hook.ts';
import type { Start } from './define.ts';
import type { FoundHook } from './found-hook.ts';
import { withinHook } from './hook-scope.ts';
import { describeThrown } from './hook-error.ts';

/**
 * Binds all hooks, runs the `load` of every entry whose hook has one, and binds again with what they gave. Nothing is
 * loaded while something else is wrong.
 */
export async function loadHooks(config: Config, hooks: ReadonlyMap<string, FoundHook>, start: Start): Promise<Binding> {
  const first = bindHooks(config, hooks);
  if (first.issues.length > 0) return first;
  const loading = first.bound.lanes.flatMap(hooksIn).filter(({ hook }) => hook.load !== undefined);
  const byEntry = new Map(loading.map((each) => [each.entry, each]));
  if (byEntry.size === 0) return first;
  const issues: Issue[] = [];
  const loaded = new Map<HookEntry, unknown>();
  const load = async ({ entry, hook, config: parsed }: BoundHook): Promise<void> => {
    try {
      loaded.set(entry, await withinHook(hook.name, () => hook.load?.(parsed, start)));
    } catch (error) {
      issues.push(notLoaded(entry, error));
    }
  };
  await Promise.all([...byEntry.values()].map(load));
  return issues.length > 0 ? { ...first, issues } : bindHooks(config, hooks, loaded);
}

const notLoaded = (entry: HookEntry, error: unknown): Issue => ({
  code: 'hook-config',
  place: entry.place,
  path: `${entry.path}.config`,
  found: `hook "${entry.hook}": ${error instanceof Error ? error.message : describeThrown(error)}`,
  allowed: 'what the hook can load',
});
