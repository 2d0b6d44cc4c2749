import { readdirSync, readFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import process from 'node:process';

/** Where Linux lists the threads of this process. */
const THREADS = '/proc/self/task';
/** What Node calls the threads of its pool, on which hashes are computed. */
const POOL = 'libuv-worker';
/** As `nice` counts: 0 is what a process has, 19 the lowest. */
const LOWER = 15;

/**
 * From now on the threads of Node's pool yield to the main thread: where both want a processor, whoever asks for a session is
 * not kept waiting by those who sign in. Linux alone has priorities of threads; elsewhere nothing happens. The threads are
 * there once the first work was given to them: false while they are not.
 */
export function lowerPoolPriority(): boolean {
  const threads = threadsOf(POOL);
  for (const thread of threads) {
    try {
      setPriority(thread, LOWER);
    } catch {
      // The thread has ended, or the system forbids it: hashes compete as before.
    }
  }
  return threads.length > 0 || process.platform !== 'linux';
}

/** The same for the thread that calls it: without a number Linux means the caller. */
export function lowerOwnPriority(): void {
  try {
    setPriority(LOWER);
  } catch {
    // The system forbids it.
  }
}

function threadsOf(name: string): readonly number[] {
  try {
    return readdirSync(THREADS)
      .filter((thread) => readFileSync(`${THREADS}/${thread}/comm`, 'utf8').trim() === name)
      .map(Number);
  } catch {
    return []; // another system
  }
}
