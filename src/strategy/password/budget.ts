import { SallyportError } from '../../kernel/error.ts';

/** Hashes in flight and in line: memory and processors are bounded, and nobody waits long (reliability R-MEM). */
export interface HashBudget {
  /** Throws `overloaded` when the line is longer than a second's work. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Throws like `run`, before any other work is done for a request that will need a hash. */
  admit(): void;
}

export interface BudgetParts {
  /** KiB one hash takes. */
  readonly memory: number;
  /** KiB all hashes in flight may take. */
  readonly total: number;
  readonly cores: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

const LONGEST_WAIT = 1_000;
/** Before anything was measured. */
const FIRST_GUESS = 30;

/** Runs as many hashes at once as processors and memory allow; the rest wait in line, in order. */
export function createHashBudget({ memory, total, cores, now }: BudgetParts): HashBudget {
  const most = Math.max(1, Math.min(cores, Math.floor(total / memory)));
  const line: (() => void)[] = [];
  let running = 0;
  let mean = FIRST_GUESS;

  const admit = (): void => {
    if (running >= most && ((line.length + 1) * mean) / most > LONGEST_WAIT) {
      throw new SallyportError('overloaded', 'Too many sign-ins at once. Please try again in a moment.', {
        retryAfter: 1,
      });
    }
  };
  return {
    admit,
    async run(work) {
      admit();
      if (running >= most) await new Promise<void>((resolve) => line.push(resolve));
      else running += 1;
      const began = now();
      try {
        return await work();
      } finally {
        mean += (now() - began - mean) / 8;
        const next = line.shift();
        // The place goes to the next in line without becoming free in between.
        if (next === undefined) running -= 1;
        else next();
      }
    },
  };
}
