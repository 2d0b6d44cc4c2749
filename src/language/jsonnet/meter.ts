import type { JsonnetFault } from './fault.ts';

export interface Limits {
  /** Evaluations, and units of what the library does. */
  readonly steps: number;
  /** Nested evaluations. */
  readonly depth: number;
  /** Characters of one text, and of the JSON that comes out. */
  readonly size: number;
}

/** Enough for any mapper; a program that uses them up ends in a fraction of a second. */
export const LIMITS: Limits = { steps: 100_000, depth: 1_500, size: 65_536 };

/** Counts the steps of a program and ends it when they are too many. Time is not measured: the same input, the same end. */
export interface Meter {
  enter(at: number): void;
  leave(): void;
  spend(units: number, at: number): void;
  text(length: number, at: number): void;
  /** The offset of the last step. */
  at(): number;
  readonly limits: Limits;
}

export function createMeter(limits: Limits, fault: (reason: string, at: number) => JsonnetFault): Meter {
  let steps = 0;
  let depth = 0;
  let last = 0;
  const spend = (units: number, at: number): void => {
    steps += units;
    last = at;
    if (steps > limits.steps) throw fault(`the program takes more than ${limits.steps} steps`, at);
  };
  return {
    limits,
    spend,
    enter(at) {
      spend(1, at);
      if (++depth > limits.depth) throw fault(`more than ${limits.depth} evaluations are inside of each other`, at);
    },
    leave() {
      depth--;
    },
    text(length, at) {
      spend(1 + Math.trunc(length / 64), at);
      if (length > limits.size) throw fault(`a text is longer than ${limits.size} characters`, at);
    },
    at: () => last,
  };
}
