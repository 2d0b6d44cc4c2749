import type { Clock } from '../kernel/clock.ts';

/** Lines that one network gets in a minute for one kind of refusal. */
const MOST = 20;
const WINDOW = 60_000;
/** Windows that are open at once, about 10 MB; past it the oldest ends early. */
const MOST_WINDOWS = 10_000;

interface Window<T> {
  readonly endsAt: number;
  told: number;
  leftOut: number;
  /** The newest one that was left out. */
  last: T | undefined;
}

export interface RefusalLimit<T> {
  /** Tells the refusal now, or counts it until the minute is over. */
  pass(key: string, refusal: T): void;
  /** Tells what is still counted. */
  close(): void;
}

/**
 * Bounds what refusals can write. Of each key twenty a minute are told; when the minute is over, one more says how many were
 * left out: the newest of them.
 */
export function createRefusalLimit<T>(
  clock: Clock,
  tell: { readonly now: (refusal: T) => void; readonly leftOut: (newest: T, count: number) => void },
): RefusalLimit<T> {
  /** In the order in which they end. */
  const windows = new Map<string, Window<T>>();
  let timer: NodeJS.Timeout | undefined;

  function end(key: string, { last, leftOut }: Window<T>): void {
    windows.delete(key);
    if (last !== undefined) tell.leftOut(last, leftOut);
  }
  function endThose(over: (window: Window<T>) => boolean): void {
    for (const [key, window] of windows) {
      if (!over(window)) return;
      end(key, window);
    }
  }
  function open(key: string, now: number): Window<T> {
    const window: Window<T> = { endsAt: now + WINDOW, told: 0, leftOut: 0, last: undefined };
    windows.set(key, window);
    endThose(() => windows.size > MOST_WINDOWS);
    return window;
  }
  /** Once a minute while anything is counted; keeps no process alive. */
  function keepTime(): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      endThose(({ endsAt }) => endsAt <= clock.now());
      if ([...windows.values()].some(({ leftOut }) => leftOut > 0)) keepTime();
    }, WINDOW).unref();
  }

  return {
    pass(key, refusal) {
      const now = clock.now();
      endThose(({ endsAt }) => endsAt <= now);
      const window = windows.get(key) ?? open(key, now);
      if (window.told < MOST) {
        window.told += 1;
        tell.now(refusal);
        return;
      }
      window.leftOut += 1;
      window.last = refusal;
      keepTime();
    },
    close() {
      clearTimeout(timer);
      endThose(() => true);
    },
  };
}
