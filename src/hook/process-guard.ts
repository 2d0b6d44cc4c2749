import { syncBuiltinESMExports } from 'node:module';
import { describeThrown, HookError, type Origin } from './hook-error.ts';
import type { HookScope } from './hook-scope.ts';

export interface ProcessGuard {
  /** Hears of what a hook left behind. */
  readonly report: (fault: HookError) => void;
  readonly onFatal: (error: unknown) => void;
}

/** What ends the process that calls it, or may. */
const ENDS = ['exit', 'abort', 'kill', 'reallyExit'] as const;

/**
 * From now on errors that nobody caught are a hook's, and the process lives, or `onFatal`'s; and no hook ends a process,
 * neither while its file is loaded nor later (security PL-2). Called once by main; calling the answer undoes it.
 */
export function guardProcess(scope: HookScope, { report, onFatal }: ProcessGuard): () => void {
  const caller = (): Origin | undefined => scope.getStore();
  const uncaught = (error: unknown): void => {
    if (error instanceof HookError) return; // it was reported when it was made
    const origin = caller();
    if (origin === undefined) onFatal(error);
    else report(new HookError(origin, 'stray', `left an error behind: ${describeThrown(error)}`, error));
  };
  const restore = ENDS.map((name) => refuseFromHooks(name, caller));
  syncBuiltinESMExports(); // for `import { exit } from 'node:process'`
  process.on('uncaughtException', uncaught);
  process.on('unhandledRejection', uncaught);
  return () => {
    process.off('uncaughtException', uncaught);
    process.off('unhandledRejection', uncaught);
    for (const undo of restore) undo();
    syncBuiltinESMExports();
  };
}

function refuseFromHooks(name: (typeof ENDS)[number], caller: () => Origin | undefined): () => void {
  const own: unknown = Reflect.get(process, name);
  if (typeof own !== 'function') return () => undefined;
  const guarded = (...args: readonly unknown[]): unknown => {
    const origin = caller();
    if (origin !== undefined && !(name === 'kill' && args[1] === 0))
      throw new Error(`The hook ${origin.hook} called process.${name}; a hook cannot end the process.`);
    return Reflect.apply(own, process, args);
  };
  Object.assign(process, { [name]: guarded });
  return () => {
    Object.assign(process, { [name]: own });
  };
}
