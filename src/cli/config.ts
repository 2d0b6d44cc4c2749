import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { upgradeFile } from '../app/upgrade-file.ts';
import { formatIssue } from '../kernel/issue.ts';
import { CommandError } from './output.ts';
import type { CommandContext } from './command-context.ts';
import { count } from './load-configuration.ts';

interface UpgradeOptions {
  readonly output?: string;
  readonly write?: boolean;
}

export function defineConfig(command: Command, context: CommandContext): void {
  command
    .command('upgrade')
    .description('print a configuration of any release as it is written today, with its comments')
    .argument('<file>', 'a configuration file, YAML or JSON')
    .option('-o, --output <file>', 'write to this file instead of printing')
    .option('--write', 'write to the file itself')
    .addHelpText(
      'after',
      '\nReads files of Ory Kratos v0.1 (`job:`), v0.3 (`hook:`), v0.4 to v0.8 and later. What was changed is said on standard\nerror, a line each. Defaults that moved since are written out, so that the result means the same.\n\nExit status: 0 done, 1 the file cannot be read as it is.\n\nExample:\n  sallyport config upgrade kratos.yml > sallyport.yaml\n  sallyport config upgrade kratos.yml --write',
    )
    .action((file: string, options: UpgradeOptions) => upgrade(context, file, options));
}

/** Prints the file as it is written today, and what was changed beside it. */
async function upgrade(
  { env, cwd, output }: CommandContext,
  file: string,
  { output: target, write = false }: UpgradeOptions,
): Promise<void> {
  if (write && target !== undefined) throw new CommandError('Give --output or --write, not both.');
  const read = await upgradeFile({ file, env, cwd });
  if ('errors' in read)
    throw new CommandError([
      ...read.errors.map(formatIssue),
      `${file} is not read as it is, so nothing was written: mend these lines first.`,
    ]);
  const { text, changes } = read.upgraded;
  for (const { path: key, place, what } of changes)
    output.note(`${place ? `${place.file}:${place.line}:${place.column} ` : ''}${key}: ${what}`);
  output.note(changes.length === 0 ? `${file} is written as today.` : count(changes.length, 'change'));
  const to = write ? file : target;
  if (to === undefined) output.print(text.replace(/\n$/, ''));
  else await writeFile(path.resolve(cwd, to), text);
}
