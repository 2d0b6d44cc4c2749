import process from 'node:process';
import { createInterface } from 'node:readline/promises';
import { CommanderError } from 'commander';
import type { Sallyport } from './app/build-app.ts';
import { createOutput, CommandError } from './cli/output.ts';
import { runProgram } from './cli/program.ts';
import { resolvePluginImports } from './hook/plugin-imports.ts';
import { SallyportError } from './kernel/error.ts';

/** The process: hand over to a command, listen for its end. The only reader of the environment and the arguments. */
const output = createOutput();
/** One Ctrl-C may arrive twice within milliseconds: from the terminal and from whoever started us. */
const REPEAT_WITHIN = 1_000;

// Whoever read the log has gone away: what is written from now on is lost, and the server goes on.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

const ended = new Promise<string>((resolve) => {
  let first: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      const now = performance.now();
      if (first !== undefined && now - first > REPEAT_WITHIN) process.exit(1);
      first ??= now;
      resolve(signal);
    });
  }
});

async function ask(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new CommandError(`${question} Not a terminal: add --yes.`);
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await lines.question(`${question} [y/N] `);
  lines.close();
  return /^y(es)?$/i.test(answer.trim());
}

/** An error that nobody caught and that is no hook's: the server finishes what is under way, and the process ends. */
function guard(app: Pick<Sallyport, 'guardProcess' | 'close'>): void {
  let ending = false;
  app.guardProcess(() => {
    if (ending) return; // what goes wrong on the way out ends nothing twice
    ending = true;
    process.exitCode = 1;
    void app.close().finally(() => process.exit(1));
  });
}

resolvePluginImports();
try {
  await runProgram({ env: process.env, cwd: process.cwd(), output, ended, ask, guard }, process.argv.slice(2));
  process.exitCode = 0;
} catch (error) {
  process.exitCode = 1;
  if (error instanceof CommandError) for (const line of error.lines) output.note(line);
  else if (error instanceof SallyportError) output.note(error.reason);
  else if (error instanceof CommanderError) process.exitCode = error.exitCode;
  else output.note(error instanceof Error ? (error.stack ?? error.message) : String(error));
}
