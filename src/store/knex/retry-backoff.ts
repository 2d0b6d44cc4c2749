import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../kernel/random.ts';

/**
 * A function that waits before the next try: from `first` milliseconds on, longer each time, up to `longest`, with
 * jitter. It returns false without waiting after `tries` tries, or when `total` milliseconds would be exceeded.
 */
export function createBackoff(
  random: Random,
  {
    tries,
    first,
    longest,
    total,
  }: { readonly tries: number; readonly first: number; readonly longest: number; readonly total: number },
): () => Promise<boolean> {
  const limit = performance.now() + total;
  let tried = 1;
  return async () => {
    const most = Math.min(longest, first * 2 ** tried);
    const wait = first + ((most - first) * (random.bytes(1)[0] ?? 0)) / 255;
    if (tried >= tries || performance.now() + wait > limit) return false;
    tried += 1;
    await sleep(wait);
    return true;
  };
}
