import { SallyportError } from '../../kernel/error.ts';
import { createFairLine, type Waiting } from '../../limit/fair-line.ts';

/** Whose place a hash takes in the line. */
export type Place = Pick<Waiting, 'network' | 'known'>;

/** What a hash takes. */
export interface HashCost {
  /** KiB; those of the configured hash unless given. */
  readonly memory?: number;
  /** Processor time, in hashes of the configured kind; 1 unless given. */
  readonly weight?: number;
}

/** Hashes in flight and in line: memory and processors are bounded, and nobody waits long (reliability R-MEM). */
export interface HashBudget {
  /**
   * Runs `work` when its turn has come. Throws `overloaded` when the line is longer than a second's work and this place has
   * to go for the others, be it at once or while it waits (security BF-10).
   */
  run<T>(work: () => Promise<T>, place: Place, cost?: HashCost): Promise<T>;
  /** Throws like `run`, before any other work is done for a request that will need a hash. */
  admit(place: Place): void;
  /** True when a single hash of that size is within what all may take. */
  fits(memory: number): boolean;
}

export interface LineParts {
  /** KiB all hashes in flight may take. */
  readonly total: number;
  readonly cores: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Called behind hashes until it returns true. */
  readonly settle?: () => boolean;
}

/** The one line of a process: hashes of every configuration that is in use wait in it together. */
export interface HashLine {
  /** The budget of a configuration, whose hashes take so many KiB each. */
  budgetFor(memory: number): HashBudget;
}

/** A hash that waits. */
interface Ticket extends Waiting {
  readonly memory: number;
  start(): void;
  refuse(error: SallyportError): void;
}

const LONGEST_WAIT = 1_000;
/** Before anything was measured. */
const FIRST_GUESS = 30;

const overloaded = (): SallyportError =>
  new SallyportError('overloaded', 'Too many sign-ins at once. Please try again in a moment.', { retryAfter: 1 });

/** Runs as many hashes at once as processors and memory allow; the rest wait in line. */
export function createHashLine({ total, cores, now, settle = () => true }: LineParts): HashLine {
  const line = createFairLine<Ticket>();
  let running = 0;
  let taken = 0;
  let settled = false;
  /** Milliseconds of one unit of weight. */
  let mean = FIRST_GUESS;

  /** One may always run, however much it takes: a configured hash above the budget is refused at start. */
  const room = (memory: number): boolean => running === 0 || (running < cores && taken + memory <= total);
  const enter = (memory: number): void => {
    running += 1;
    taken += memory;
  };
  const leave = (memory: number): void => {
    running -= 1;
    taken -= memory;
    for (let next = line.next(); next !== undefined && room(next.memory); next = line.next()) {
      line.shift();
      // The place is taken at once: nobody who comes in between gets it.
      enter(next.memory);
      next.start();
    }
  };
  const waitIn = (ticket: Omit<Ticket, 'start' | 'refuse'>, length: number): Promise<void> =>
    new Promise((start, refuse) => {
      for (const gone of line.join({ ...ticket, start, refuse }, length)) gone.refuse(overloaded());
    });

  return {
    budgetFor(usual) {
      const most = Math.max(1, Math.min(cores, Math.floor(total / usual)));
      /** The weight that is worked off within the longest wait. */
      const length = (): number => (LONGEST_WAIT * most) / mean;
      return {
        admit(place) {
          if (line.size === 0 && room(usual)) return;
          const ticket = { ...place, weight: 1, memory: usual, start: () => undefined, refuse: () => undefined };
          if (!line.admits(ticket, length())) throw overloaded();
        },
        fits: (memory) => memory <= Math.max(total, usual),
        async run(work, place, { memory = usual, weight = 1 } = {}) {
          if (line.size === 0 && room(memory)) enter(memory);
          else await waitIn({ ...place, weight, memory }, length());
          const began = now();
          try {
            return await work();
          } finally {
            mean += ((now() - began) / weight - mean) / 8;
            settled ||= settle();
            leave(memory);
          }
        },
      };
    },
  };
}
