import process from 'node:process';

/** The output of a command. Only this file writes to the terminal. */
export interface Output {
  /** Prints what the command was asked for, to standard output. */
  print(text: string): void;
  /** Prints anything else, to standard error. */
  note(text: string): void;
  readonly terminal: boolean;
}

export const createOutput = (): Output => ({
  print: (text) => void process.stdout.write(`${text}\n`),
  note: (text) => void process.stderr.write(`${text}\n`),
  terminal: process.stdout.isTTY === true,
});

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
