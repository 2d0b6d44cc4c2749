import cluster, { type Worker } from 'node:cluster';
import type { Output } from './output.ts';
import { CommandError } from './output.ts';

/** Milliseconds before a worker that ended is replaced; doubled while none lives longer than `STEADY`. */
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 10_000;
const STEADY = 30_000;
/** After so many workers in a row that ended before they listened, the command gives up. */
const HOPELESS = 5;

export interface Crew {
  readonly count: number;
  readonly ended: Promise<string>;
  readonly output: Output;
  /** The line to print when the first worker is ready. */
  readonly ready: string;
}

export const isWorker = (): boolean => cluster.isWorker;

/** The last step of a worker: the channel to the parent process would keep the worker alive. */
export function leaveCrew(): void {
  if (cluster.isWorker) cluster.worker?.disconnect();
}

/**
 * Runs the same command in `count` processes that share the listeners, until this process is ended. A worker that dies is
 * replaced, after ever longer pauses. Background work is divided among the workers by leases in the database.
 */
export async function runWorkers({ count, ended, output, ready }: Crew): Promise<void> {
  const crew = new Set<Worker>();
  const timers = new Set<NodeJS.Timeout>();
  const empty = Promise.withResolvers<void>();
  const hopeless = Promise.withResolvers<never>();
  let stopping = false;
  /** The signal that this process got is passed on: after SIGTERM a worker gives load balancers time. */
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
