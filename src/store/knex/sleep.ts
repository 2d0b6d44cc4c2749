import { setTimeout } from 'node:timers/promises';

/** Waits without the event loop. */
export async function sleep(ms: number): Promise<void> {
  await setTimeout(ms);
}
