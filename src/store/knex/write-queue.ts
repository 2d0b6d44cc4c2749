import { SallyportError } from '../../kernel/error.ts';

/** Runs works one after the other, in the order they came. One that waits longer than `limit` is turned away. */
export interface Turns {
  take<T>(work: () => Promise<T>, limit?: number): Promise<T>;
  readonly busy: boolean;
}

export function createTurns(longest: number): Turns {
  const waiting: (() => void)[] = [];
  let busy = false;

  return {
    async take(work, limit = longest) {
      if (busy) await turn(limit);
      busy = true;
      try {
        return await work();
      } finally {
        if (waiting.length === 0) busy = false;
        // SQLite answers without going away, so a long line would keep everybody else from being heard.
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
        busy = true; // ours from now on, before anybody else asks
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
