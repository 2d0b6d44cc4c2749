import { SallyportError } from '../kernel/error.ts';
import { isProblem, parseConfiguredUrl, type ReturnUrl } from '../kernel/return-url.ts';
import type { Phase, VerdictIn } from '../kernel/verdict.ts';
import type { BoundHook } from './bound-hook.ts';
import { limitOf, verdictsOf, type Facts, type ReachIn } from './define.ts';
import { describeThrown, HookError, type Origin } from './hook-error.ts';
import type { Given } from './facts.ts';
import { processScope, type HookScope } from './hook-scope.ts';
import { scopeOutside, scopeWrites, type ScopedReach, type Terms } from './scoped-reach.ts';
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

export interface CallerParts {
  /** Hears of every fault of a hook, once. */
  readonly report: (fault: HookError) => void;
  /** The check of URLs that are neither configured nor handed out: the allow list. */
  readonly allowed: (url: string) => ReturnUrl | undefined;
  readonly scope?: HookScope;
}

/** The only way to call a hook: with a time limit and frozen facts; the answer is read as data, and errors name the hook. */
export function createCaller({ report, allowed, scope: storage = processScope }: CallerParts): Caller {
  async function call<P extends Phase>(
    bound: BoundHook,
    phase: P,
    given: Given,
    reach: ReachIn[P],
  ): Promise<VerdictIn[P]> {
    const origin: Origin = { hook: bound.name, point: bound.point, list: bound.list, key: bound.key, phase };
    const limit = new AbortController();
    const timeoutMs = limitOf(bound.hook, phase);
    const trusted = (url: string): ReturnUrl | undefined => trust(bound.config, handedOut(scoped, given), allowed)(url);
    const scoped = scopeReach(phase, reach, {
      signal: limit.signal,
      outside: (work) => storage.run(undefined, work),
      trusted,
      late(what) {
        const fault = new HookError(origin, 'stray', `it called reach.${what} after it had ended, and was refused`);
        report(fault);
        return fault;
      },
    });
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
            trusted,
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
function scopeReach<P extends Phase>(phase: P, reach: ReachIn[P], terms: Terms): ScopedReach<P> {
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
