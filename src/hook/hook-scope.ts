import { AsyncLocalStorage } from 'node:async_hooks';
import type { Origin } from './hook-error.ts';

/** The hook whose code is running, for errors that nobody caught and for what no hook may do to the process. */
export type HookScope = AsyncLocalStorage<Origin | undefined>;
export const createHookScope = (): HookScope => new AsyncLocalStorage();

/**
 * The scope of this process: what it guards, the process, is one, whatever runs in it. Commands that load hooks and run
 * none have it, too. It carries nothing else.
 */
export const processScope: HookScope = createHookScope();

/** Runs code of a hook that is no call of it: its file, its schema, what it says of itself. */
export const withinHook = <T>(hook: string, work: () => T): T => processScope.run({ hook }, work);
