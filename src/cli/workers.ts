import cluster, { type Worker } from 'node:cluster';
import process from 'node:process';
import type { RestartOnly } from '../app/restart-only.ts';
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
  /** From now on SIGHUP calls this. */
  onHangup(listener: () => void): void;
  /** What every worker holds, also one that begins after the files have changed. */
  readonly restartOnly: RestartOnly;
  /** The line to print when the first worker is ready. */
  readonly ready: string;
}

export const isWorker = (): boolean => cluster.isWorker;

/** The question of a worker that begins. */
const QUESTION = 'sallyport: restart-only settings';

/** In a worker: what the parent process has held since its start. */
export async function askForRestartOnly(): Promise<RestartOnly> {
  const answered = new Promise<unknown>((resolve) => process.once('message', resolve));
  cluster.worker?.send(QUESTION);
  return (await answered) as RestartOnly; // sent by `runWorkers` alone
}

/** The last step of a worker: the channel to the parent process would keep the worker alive. */
export function leaveCrew(): void {
  if (cluster.isWorker) cluster.worker?.disconnect();
}

/**
 * Runs the same command in `count` processes that share the listeners, until this process is ended. A worker that dies is
 * replaced, after ever longer pauses. Background work is divided among the workers by leases in the database.
 */
export async function runWorkers({ count, ended, output, ready, onHangup, restartOnly }: Crew): Promise<void> {
  const crew = new Set<Worker>();
  /** Workers that listen. */
  const up = new Set<Worker>();
  const timers = new Set<NodeJS.Timeout>();
  const empty = Promise.withResolvers<void>();
  const hopeless = Promise.withResolvers<never>();
  let stopping = false;
  /** The signal that this process got is passed on: after SIGTERM a worker gives load balancers time. */
  let farewell: NodeJS.Signals = 'SIGINT';
  let told = false;
  let pause = FIRST_PAUSE;
  let fruitless = 0;

  onHangup(() => {
    for (const worker of crew) hangUp(worker);
  });
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

  /** A worker that does not listen yet may have read the files already: it is told once it does. */
  function hangUp(worker: Worker): void {
    const tell = (): void => void worker.process.kill('SIGHUP');
    if (up.has(worker)) tell();
    else worker.once('listening', tell);
  }

  function hire(): void {
    const worker = cluster.fork();
    const began = performance.now();
    let listening = false;
    crew.add(worker);
    worker.on('message', (said) => void (said === QUESTION && worker.send(restartOnly)));
    worker.once('listening', () => {
      listening = true;
      up.add(worker);
      fruitless = 0;
      output.note(`worker ${worker.process.pid} is up`);
      if (!told) output.note(ready);
      told = true;
    });
    worker.once('exit', (code, signal) => {
      crew.delete(worker);
      up.delete(worker);
      if (stopping) return void (crew.size === 0 && empty.resolve());
      // While another worker answers, nothing is hopeless: the files may be broken just now.
      fruitless = listening || up.size > 0 ? 0 : fruitless + 1;
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
