import { setImmediate, setTimeout } from 'node:timers/promises';

/** Milliseconds. A timer fires up to so long too early or too late, by the fraction of a millisecond at which it was set. */
const COARSE = 2;

/**
 * Resolves after so many milliseconds, to a tenth of one. What is left when the timer has fired is waited for turn by turn of the
 * event loop, between which everything else goes on: a timer alone would tell, over many tries, when it was set.
 */
export async function sleepExactly(milliseconds: number): Promise<void> {
  const end = performance.now() + milliseconds;
  if (milliseconds > COARSE) await setTimeout(milliseconds - COARSE);
  while (performance.now() < end) await setImmediate();
}
