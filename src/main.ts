import process from 'node:process';
import { createInterface } from 'node:readline/promises';
import { CommanderError } from 'commander';
import type { Sallyport } from './app/build-app.ts';
import { guardCommand } from './app/guard-command.ts';
import { createOutput, CommandError } from './cli/output.ts';
import { runProgram } from './cli/program.ts';
import { resolvePluginImports } from './hook/plugin-imports.ts';
import { SallyportError } from './kernel/error.ts';

/** The process: runs a command and listens for its end. Only this file reads the environment and the arguments. */
const output = createOutput();
/** Milliseconds in which one Ctrl-C may arrive twice: from the terminal and from the parent process. */
const REPEAT_WITHIN = 1_000;

// The reader of the log has closed the pipe: further lines are lost, and the server continues.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

/** What a command does at SIGHUP, instead of ending. */
let atHangup: (() => void) | undefined;
const onHangup = (listener: () => void): void => void (atHangup = listener);

const ended = new Promise<string>((resolve) => {
  let first: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (signal === 'SIGHUP' && atHangup !== undefined) return atHangup();
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

/** Whether a hook left an error behind in a command that no server runs in. */
let strayed = false;
/** In every command a hook ends nothing, neither while it is loaded nor later. */
const unguard = guardCommand({
  report(fault) {
    strayed = true;
    process.exitCode = 1;
    output.fail(fault.message);
  },
  onFatal(error) {
    output.fail(error);
    process.exit(1);
  },
});

/**
 * From now on a server answers for what its hooks leave behind. After an uncaught error that belongs to none of them, it
 * finishes the requests under way, and the process ends.
 */
function guard(app: Pick<Sallyport, 'guardProcess' | 'close'>): void {
  let ending = false;
  unguard();
  app.guardProcess(() => {
    if (ending) return; // further errors while the process ends
    ending = true;
    process.exitCode = 1;
    void app.close().finally(() => process.exit(1));
  });
}

const modules = resolvePluginImports();
try {
  const context = { env: process.env, cwd: process.cwd(), output, ended, onHangup, modules, ask, guard };
  await runProgram(context, process.argv.slice(2));
  process.exitCode = strayed ? 1 : 0;
} catch (error) {
  process.exitCode = 1;
  if (error instanceof CommandError) for (const line of error.lines) output.fail(line);
  else if (error instanceof SallyportError) output.fail(error.reason);
  else if (error instanceof CommanderError) process.exitCode = error.exitCode;
  else output.fail(error);
}
