import path from 'node:path';
import {
  readConfiguration,
  type Configuration,
  type ConfigurationSource,
  type ReadConfiguration,
} from '../app/configuration.ts';
import { formatIssue } from '../kernel/issue.ts';
import { CommandError, type Output } from './output.ts';
import type { CommandContext } from './command-context.ts';

/** Where `sallyport dev` keeps its database, secrets and mails. */
export const stateFolder = (cwd: string): string => path.join(cwd, '.sallyport');

/** Reads a configuration for a command that cannot go on without it; on errors prints all of them and ends the command. */
export async function readOrRefuse(
  { env, cwd, output }: CommandContext,
  source: Pick<ConfigurationSource, 'files' | 'command' | 'dev'>,
): Promise<Configuration> {
  const read = await readConfiguration({
    ...source,
    env,
    cwd,
    ...(source.command === 'dev' && { stateFolder: stateFolder(cwd) }),
  });
  sayWarnings(output, read);
  if (read.configuration !== undefined) return read.configuration;
  throw new CommandError([
    ...read.errors.map(formatIssue),
    `${count(read.errors.length, 'error')} in the configuration; nothing was started.`,
  ]);
}

export function sayWarnings(output: Output, { warnings, notes }: ReadConfiguration): void {
  for (const warning of warnings) output.note(`warning: ${formatIssue(warning)}`);
  for (const each of notes) output.note(`note: ${formatIssue(each)}`);
}

export const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
