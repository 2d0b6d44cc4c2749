import process from 'node:process';

/** Where the bench is: one line that is written over on a terminal; elsewhere a plain line now and then. */
export interface Progress {
  /** Of the moment. */
  show(text: string): void;
  /** Worth keeping where nothing can be written over. */
  say(text: string): void;
  end(): void;
}

export function createProgress(to: NodeJS.WriteStream = process.stderr): Progress {
  const began = performance.now();
  const stamped = (text: string): string => `${Math.round((performance.now() - began) / 1_000)} s  ${text}`;
  if (!to.isTTY) {
    return { show: () => undefined, say: (text) => void to.write(`${stamped(text)}\n`), end: () => undefined };
  }
  return {
    show: (text) => void to.write(`\r\u001b[K${stamped(text)}`.slice(0, to.columns + 4)),
    say: () => undefined,
    end: () => void to.write('\r\u001b[K'),
  };
}
