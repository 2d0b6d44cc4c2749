import cluster, { type Worker } from 'node:cluster';
import type { Output } from './output.ts';
import { CommandError } from './output.ts';

/** Milliseconds before a worker that ended is replaced; doubled while none lives longer than `STEADY`. */
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 10_000;
const STEADY = 30_000;
/** So many ends in a row without one that ever listened: starting again does not help. */
const HOPELESS = 5;

export interface Crew {
  readonly count: number;
  readonly ended: Promise<string>;
  readonly output: Output;
  /** What to say when the first one is ready. */
  readonly ready: string;
}

export const isWorker = (): boolean => cluster.isWorker;

/** A worker's last step: without this its link to the others would keep it alive. */
export function leaveCrew(): void {
  if (cluster.isWorker) cluster.worker?.disconnect();
}

/**
 * Runs the same command in so many processes that share the listeners, until somebody ends this one. A worker that dies is
 * replaced, after ever longer pauses; each takes its own part of what is shared in the database, by leases.
 */
export async function runWorkers({ count, ended, output, ready }: Crew): Promise<void> {
  const crew = new Set<Worker>();
  const timers = new Set<NodeJS.Timeout>();
  const empty = Promise.withResolvers<void>();
  const hopeless = Promise.withResolvers<never>();
  let stopping = false;
  /** Workers end as this process does: after SIGTERM they give balancers time. */
  let farewell: NodeJS.Signals = 'SIGINT';
  let told = false;
  let pause = FIRST_PAUSE;
  let fruitless = 0;

  for (let n = 0; n < count; n += 1) hire();
  try {
    const why = await Promise.race([ended, hopeless.promise]);
    if (why === 'SIGTERM') farewell = why;
    output.note(`${why}: ${count} workers finish what is under way.`);
  } finally {
    stopping = true;
    for (const timer of timers) clearTimeout(timer);
    for (const worker of crew) worker.process.kill(farewell);
    if (crew.size > 0) await empty.promise;
  }

  function hire(): void {
    const worker = cluster.fork();
    const began = performance.now();
    let listening = false;
    crew.add(worker);
    worker.once('listening', () => {
      listening = true;
      fruitless = 0;
      output.note(`worker ${worker.process.pid} is up`);
      if (!told) output.note(ready);
      told = true;
    });
    worker.once('exit', (code, signal) => {
      crew.delete(worker);
      if (stopping) return void (crew.size === 0 && empty.resolve());
      fruitless = listening ? 0 : fruitless + 1;
      if (fruitless >= HOPELESS) return hopeless.reject(new CommandError('No worker started; their output is above.'));
      pause = performance.now() - began > STEADY ? FIRST_PAUSE : Math.min(pause * 2, LONGEST_PAUSE);
      output.note(`worker ${worker.process.pid} ended (${signal ?? code}); another one begins in ${pause} ms`);
      const timer = setTimeout(() => {
        timers.delete(timer);
        hire();
      }, pause);
      timers.add(timer);
    });
  }
}
