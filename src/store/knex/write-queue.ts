import { SallyportError } from '../../kernel/error.ts';

/** Runs tasks one after the other, in the order they came. */
export interface WriteQueue {
  /** Throws `unavailable` when the task waits for its turn longer than `limit` milliseconds. */
  run<T>(task: () => Promise<T>, limit?: number): Promise<T>;
  readonly busy: boolean;
}

/** A queue whose tasks wait `longest` milliseconds where they do not say how long. */
export function createWriteQueue(longest: number): WriteQueue {
  const waiting: (() => void)[] = [];
  let busy = false;

  return {
    async run(task, limit = longest) {
      if (busy) await turn(limit);
      busy = true;
      try {
        return await task();
      } finally {
        if (waiting.length === 0) busy = false;
        // SQLite answers within the same turn of the event loop: without this a long queue would keep requests from
        // being read.
        else setImmediate(next);
      }
    },
    get busy() {
      return busy;
    },
  };

  function next(): void {
    busy = false;
    waiting.shift()?.();
  }

  function turn(limit: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const go = (): void => {
        clearTimeout(timer);
        busy = true; // before another task can ask
        resolve();
      };
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(go), 1);
        reject(new SallyportError('unavailable', 'The database is busy.', { retryAfter: 1 }));
      }, limit);
      waiting.push(go);
    });
  }
}
