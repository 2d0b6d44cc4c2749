import process from 'node:process';

/** Where the command line speaks. The only place that writes to the terminal. */
export interface Output {
  /** What was asked for. */
  print(text: string): void;
  /** What is worth knowing beside it. */
  note(text: string): void;
  readonly terminal: boolean;
}

export const createOutput = (): Output => ({
  print: (text) => void process.stdout.write(`${text}\n`),
  note: (text) => void process.stderr.write(`${text}\n`),
  terminal: process.stdout.isTTY === true,
});

/** A problem the person at the keyboard can mend: printed as it is, exit status 1. */
export class CommandError extends Error {
  readonly lines: readonly string[];
  constructor(lines: string | readonly string[]) {
    const all = typeof lines === 'string' ? [lines] : lines;
    super(all.join('\n'));
    this.name = 'CommandError';
    this.lines = all;
  }
}
