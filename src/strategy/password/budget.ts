import { SallyportError } from '../../kernel/error.ts';

/** Hashes in flight and in line: memory and processors are bounded, and nobody waits long (reliability R-MEM). */
export interface HashBudget {
  /** Throws `overloaded` when the line is longer than a second's work. `memory` is KiB; the configured hash's unless given. */
  run<T>(work: () => Promise<T>, memory?: number): Promise<T>;
  /** Throws like `run`, before any other work is done for a request that will need a hash. */
  admit(): void;
  /** True when a single hash of that size is within what all may take. */
  fits(memory: number): boolean;
}

export interface LineParts {
  /** KiB all hashes in flight may take. */
  readonly total: number;
  readonly cores: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/** The one line of a process: hashes of every configuration that is in use wait in it together. */
export interface HashLine {
  /** The budget of a configuration, whose hashes take so many KiB each. */
  budgetFor(memory: number): HashBudget;
}

const LONGEST_WAIT = 1_000;
/** Before anything was measured. */
const FIRST_GUESS = 30;

/** Runs as many hashes at once as processors and memory allow; the rest wait in line, in order. */
export function createHashLine({ total, cores, now }: LineParts): HashLine {
  const line: { readonly memory: number; readonly start: () => void }[] = [];
  let running = 0;
  let taken = 0;
  let mean = FIRST_GUESS;

  /** One may always run, however much it takes: a configured hash above the budget is refused at start. */
  const room = (memory: number): boolean => running === 0 || (running < cores && taken + memory <= total);

  /** `most`: so many of the usual size run at once. */
  const admit = (most: number): void => {
    if (running >= most && ((line.length + 1) * mean) / most > LONGEST_WAIT) {
      throw new SallyportError('overloaded', 'Too many sign-ins at once. Please try again in a moment.', {
        retryAfter: 1,
      });
    }
  };

  const enter = (memory: number): void => {
    running += 1;
    taken += memory;
  };
  const leave = (memory: number): void => {
    running -= 1;
    taken -= memory;
    for (let next = line[0]; next !== undefined && room(next.memory); next = line[0]) {
      line.shift();
      // The place is taken at once: nobody who comes in between gets it.
      enter(next.memory);
      next.start();
    }
  };

  async function run<T>(work: () => Promise<T>, memory: number): Promise<T> {
    if (line.length === 0 && room(memory)) enter(memory);
    else await new Promise<void>((start) => line.push({ memory, start }));
    const began = now();
    try {
      return await work();
    } finally {
      mean += (now() - began - mean) / 8;
      leave(memory);
    }
  }

  return {
    budgetFor(usual) {
      const most = Math.max(1, Math.min(cores, Math.floor(total / usual)));
      return {
        admit: () => admit(most),
        fits: (memory) => memory <= Math.max(total, usual),
        async run(work, memory = usual) {
          admit(most);
          return run(work, memory);
        },
      };
    },
  };
}
