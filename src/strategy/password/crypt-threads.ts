import { Worker } from 'node:worker_threads';
import type { CryptOrder } from './crypt-worker.ts';

/** Hashes of the crypt family are rare: a thread ends after half a minute without one. */
const IDLE = 30_000;
const WORKER = new URL(`./crypt-worker.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url);

/** Threads without work, each with the timer that ends it; there are never more than hashes were in flight at once. */
const idle = new Map<Worker, NodeJS.Timeout>();

/** The hash part of a crypt string, computed on another thread. */
export function cryptOnThread(order: CryptOrder): Promise<string> {
  const worker = takeThread();
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => {
      worker.removeAllListeners('message');
      reject(error);
    };
    worker.once('error', failed);
    worker.once('message', (text: string) => {
      worker.off('error', failed);
      rest(worker);
      resolve(text);
    });
    worker.postMessage(order);
  });
}

function takeThread(): Worker {
  for (const [worker, end] of idle) {
    clearTimeout(end);
    idle.delete(worker);
    return worker;
  }
  const started = new Worker(WORKER, { execArgv: ['--disable-warning=ExperimentalWarning'] });
  started.unref(); // it keeps no process alive
  return started;
}

function rest(worker: Worker): void {
  const end = setTimeout(() => {
    idle.delete(worker);
    void worker.terminate();
  }, IDLE).unref();
  idle.set(worker, end);
}
