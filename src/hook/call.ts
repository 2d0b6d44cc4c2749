import { AsyncLocalStorage } from 'node:async_hooks';
import { SallyportError } from '../kernel/error.ts';
import { isProblem, parseConfiguredUrl, type ReturnUrl } from '../kernel/return-url.ts';
import type { Phase, VerdictIn } from '../kernel/verdict.ts';
import type { BoundHook } from './bound-hook.ts';
import { limitOf, verdictsOf, type Facts, type ReachIn } from './define.ts';
import { describeThrown, HookError, type Origin } from './hook-error.ts';
import type { Given } from './facts.ts';
import { scopeOutside, scopeWrites, type ScopedReach } from './scoped-reach.ts';
import { UpstreamError } from './upstream-error.ts';
import { InvalidVerdict, parseVerdict } from './verdict.ts';

export interface Caller {
  /**
   * Calls a hook and reads its verdict. Throws `hook_failed` or `hook_timeout` with a `HookError` as cause, already
   * reported; or, in write, what the store threw, unchanged, so that a deadlock is tried again.
   */
  call<P extends Phase>(bound: BoundHook, phase: P, given: Given, reach: ReachIn[P]): Promise<VerdictIn[P]>;
  /** Runs work, such as loading a file, so that errors it leaves behind are told to be this hook's. */
  within<T>(hook: string, work: () => T): T;
}

/** The hook whose code is running, for errors that nobody caught. One for all callers of a process. */
export type HookScope = AsyncLocalStorage<Origin | undefined>;
export const createHookScope = (): HookScope => new AsyncLocalStorage();

export interface CallerParts {
  /** Hears of every fault of a hook, once. */
  readonly report: (fault: HookError) => void;
  /** The check of URLs that are neither configured nor handed out: the allow list. */
  readonly allowed: (url: string) => ReturnUrl | undefined;
  readonly scope?: HookScope;
}

/** The only way to call a hook: with a time limit and frozen facts; the answer is read as data, and errors name the hook. */
export function createCaller({ report, allowed, scope: storage = createHookScope() }: CallerParts): Caller {
  async function call<P extends Phase>(
    bound: BoundHook,
    phase: P,
    given: Given,
    reach: ReachIn[P],
  ): Promise<VerdictIn[P]> {
    const origin: Origin = { hook: bound.name, point: bound.point, list: bound.list, key: bound.key, phase };
    const limit = new AbortController();
    const timeoutMs = limitOf(bound.hook, phase);
    const scoped = scopeReach(phase, reach, { signal: limit.signal, outside: (work) => storage.run(undefined, work) });
    const facts = Object.freeze(Object.assign(Object.create(null), given.facts, { signal: limit.signal })) as Facts;
    try {
      const answer = await race(
        timeoutMs,
        limit,
        (within) => storage.run(origin, within),
        async () => {
          const run = bound.hook.run[phase];
          if (run === undefined) throw new InvalidVerdict(`It has no run for ${phase}.`);
          const said: unknown = await run(facts, bound.config, scoped.reach);
          await scoped.settled();
          return parseVerdict(said, {
            phase,
            kinds: verdictsOf(bound.hook, bound.meta, phase),
            draft: given.draft,
            trusted: trust(bound.config, handedOut(scoped, given), allowed),
          });
        },
      );
      const broken = scoped.storeError();
      if (broken !== undefined) throw broken.error;
      // parseVerdict answers only what the phase allows.
      return answer as VerdictIn[P];
    } catch (error) {
      const broken = scoped.storeError();
      if (broken !== undefined && !(error instanceof HookTimeout)) throw broken.error;
      throw failureOf(faultOf(origin, timeoutMs, error), error, report);
    } finally {
      scoped.end();
    }
  }

  return { call, within: (hook, work) => storage.run({ hook }, work) };
}

/** A hook has not answered within its time limit. */
class HookTimeout extends Error {}

/** What a hook did wrong in a call. */
function faultOf(origin: Origin, timeoutMs: number, error: unknown): HookError {
  if (error instanceof HookTimeout)
    return new HookError(origin, 'timeout', `it has not answered after ${timeoutMs} ms`);
  return error instanceof InvalidVerdict
    ? new HookError(origin, 'nonsense', error.message)
    : new HookError(origin, 'threw', describeThrown(error), error);
}

/** Reports a fault and gives the error that the request ends in. */
function failureOf(cause: HookError, error: unknown, report: CallerParts['report']): SallyportError {
  report(cause);
  if (error instanceof HookTimeout) return new SallyportError('hook_timeout', 'A hook took too long.', { cause });
  if (!(error instanceof UpstreamError)) return new SallyportError('hook_failed', 'A hook failed.', { cause });
  return error.kind === 'late'
    ? new SallyportError('hook_timeout', 'Another system took too long.', { cause })
    : new SallyportError('upstream_error', 'Another system gave no usable answer.', { cause });
}

export interface ProcessGuard {
  readonly report: CallerParts['report'];
  readonly onFatal: (error: unknown) => void;
}

/**
 * From now on errors that nobody caught are a hook's, and the process lives, or `onFatal`'s; and a hook cannot end the
 * process. Called once by main; calling the answer undoes it.
 */
export function guardProcess(scope: HookScope, { report, onFatal }: ProcessGuard): () => void {
  const caller = (): Origin | undefined => scope.getStore();
  const uncaught = (error: unknown): void => {
    const origin = caller();
    if (origin === undefined) onFatal(error);
    else report(new HookError(origin, 'stray', `left an error behind: ${describeThrown(error)}`, error));
  };
  const restore = (['exit', 'abort'] as const).map((name) => refuseFromHooks(name, caller));
  process.on('uncaughtException', uncaught);
  process.on('unhandledRejection', uncaught);
  return () => {
    process.off('uncaughtException', uncaught);
    process.off('unhandledRejection', uncaught);
    for (const undo of restore) undo();
  };
}

/** The work's result, or `HookTimeout` after the limit, whatever becomes of the work then. */
async function race<T>(
  ms: number,
  limit: AbortController,
  within: <R>(work: () => R) => R,
  work: () => Promise<T>,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new HookTimeout());
      // Listeners of the signal are the hook's code.
      within(() => limit.abort(new DOMException('The time limit of the hook has passed.', 'TimeoutError')));
    }, ms);
  });
  try {
    return await Promise.race([within(work), expired]);
  } finally {
    clearTimeout(timer);
  }
}

/** Limits a reach to one call of a hook. */
function scopeReach<P extends Phase>(
  phase: P,
  reach: ReachIn[P],
  terms: Parameters<typeof scopeWrites>[1],
): ScopedReach<P> {
  const scoped = 'fetch' in reach ? scopeOutside(reach, terms) : scopeWrites(reach, terms);
  if ('fetch' in reach === (phase === 'write')) throw new Error(`The reach given does not belong to ${phase}.`);
  // The phase says which of the two it is; the check above is what the compiler cannot see.
  return scoped as unknown as ScopedReach<P>;
}

function handedOut(scoped: ScopedReach<Phase>, { facts }: Given): ReadonlySet<string> {
  return new Set([...scoped.urls, ...facts.started.flatMap(({ url }) => url ?? [])]);
}

/** Configured and well-formed, handed to the hook during this call, or on the allow list. */
function trust(
  config: unknown,
  urls: ReadonlySet<string>,
  allowed: (url: string) => ReturnUrl | undefined,
): (url: string) => ReturnUrl | undefined {
  return (url) => {
    // What was handed out had been checked.
    if (urls.has(url)) return url as ReturnUrl;
    const configured = holds(config, url) ? parseConfiguredUrl(url) : undefined;
    return configured !== undefined && !isProblem(configured) ? configured : allowed(url);
  };
}

function holds(value: unknown, text: string): boolean {
  if (typeof value !== 'object' || value === null) return value === text;
  return Object.values(value).some((part) => holds(part, text));
}

function refuseFromHooks(name: 'exit' | 'abort', caller: () => Origin | undefined): () => void {
  const own = process[name];
  const guarded = (...args: readonly unknown[]): never => {
    const origin = caller();
    if (origin !== undefined)
      throw new Error(`The hook ${origin.hook} called process.${name}; a hook cannot end the process.`);
    return Reflect.apply(own, process, args) as never;
  };
  Object.assign(process, { [name]: guarded });
  return () => {
    Object.assign(process, { [name]: own });
  };
}
