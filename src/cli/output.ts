import process from 'node:process';
import { systemClock } from '../kernel/clock.ts';
import { createLog, type Log } from '../telemetry/log.ts';

/** The output of a command. Only this file writes to the terminal. */
export interface Output {
  /** Prints what the command was asked for, to standard output. */
  print(text: string): void;
  /** Prints anything else, to standard error. */
  note(text: string): void;
  /** The same, of something that should be mended; `warning: ` stands in front. */
  warn(text: string): void;
  /** The same, of what ends the command: a sentence, or an error that nobody expected. */
  fail(problem: unknown): void;
  /** From now on all but what the command was asked for are lines of JSON, as those of a log whose format that is. */
  useJson(): void;
  readonly terminal: boolean;
}

export function createOutput(): Output {
  let log: Log | undefined;
  const write = (text: string): void => void process.stderr.write(text);
  return {
    print: (text) => void process.stdout.write(`${text}\n`),
    note: (text) => (log === undefined ? write(`${text}\n`) : log.info(text)),
    warn: (text) => (log === undefined ? write(`warning: ${text}\n`) : log.warn(text)),
    fail(problem) {
      const text = problem instanceof Error ? problem.message : String(problem);
      if (log !== undefined) log.error(text, problem instanceof Error ? { error: problem } : {});
      else write(`${problem instanceof Error ? (problem.stack ?? text) : text}\n`);
    },
    useJson() {
      // Whatever the level of the log: these lines are few, and each is there to be read.
      log ??= createLog({ level: 'info', format: 'json', clock: systemClock, write });
      noteNodeWarnings(log);
    },
    terminal: process.stdout.isTTY === true,
  };
}

/** Node writes its own warnings as plain text unless somebody takes them. */
function noteNodeWarnings(log: Log): void {
  process.removeAllListeners('warning');
  process.on('warning', (warning) => log.warn(warning.message, { name: warning.name }));
}

/** A problem that the operator can mend: printed as it is, exit status 1. */
export class CommandError extends Error {
  readonly lines: readonly string[];
  constructor(lines: string | readonly string[]) {
    const all = typeof lines === 'string' ? [lines] : lines;
    super(all.join('\n'));
    this.name = 'CommandError';
    this.lines = all;
  }
}
