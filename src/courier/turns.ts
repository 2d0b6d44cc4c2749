/** Work of which one run is under way at a time. */
export interface Turns {
  /** Runs the work. While it runs, a call has it run once more afterwards, and waits for both. */
  run(): Promise<void>;
  /** The run under way. */
  running(): Promise<void> | undefined;
}

export function createTurns(work: () => Promise<void>): Turns {
  let running: Promise<void> | undefined;
  let again = false;

  function run(): Promise<void> {
    again = running !== undefined;
    running ??= work().finally(() => {
      running = undefined;
      return again ? run() : undefined;
    });
    return running;
  }

  return { run, running: () => running };
}
