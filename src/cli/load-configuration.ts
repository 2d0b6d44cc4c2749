import path from 'node:path';
import {
  readConfiguration,
  type Configuration,
  type ConfigurationSource,
  type ReadConfiguration,
} from '../app/configuration.ts';
import { formatIssue, type Issue } from '../kernel/issue.ts';
import { isAboutSecurity, isProbablySlip } from '../kernel/judgement.ts';
import { CommandError, type Output } from './output.ts';
import type { CommandContext } from './command-context.ts';

/** Where `sallyport dev` keeps its database, secrets and mails. */
export const stateFolder = (cwd: string): string => path.join(cwd, '.sallyport');

/** What the options of a command say of its configuration. */
export type CommandSource = Pick<ConfigurationSource, 'files' | 'command' | 'dev' | 'watchCourier' | 'running'>;

/** A configuration that a command runs with. */
export type Started = ReadConfiguration & { readonly configuration: Configuration };

/** Reads a configuration for a command that cannot go on without it; on errors prints all of them and ends the command. */
export async function readOrRefuse(context: CommandContext, source: CommandSource): Promise<Started> {
  const read = await readFor(context, source);
  const { configuration } = read;
  if (read.logFormat === 'json' && RUNS_LONG.has(source.command)) context.output.useJson();
  sayWarnings(context.output, read, source);
  if (configuration !== undefined) return { ...read, configuration };
  throw new CommandError([
    ...read.errors.map(formatIssue),
    `${count(read.errors.length, 'error')} in the configuration; nothing was started.`,
  ]);
}

/** Commands whose output a machine collects. */
const RUNS_LONG: ReadonlySet<ConfigurationSource['command']> = new Set(['serve', 'courier', 'dev']);

/** Reads a configuration with everything that it names. */
export const readFor = ({ env, cwd, modules }: CommandContext, source: CommandSource): Promise<ReadConfiguration> =>
  readConfiguration({
    ...source,
    env,
    cwd,
    modules,
    ...(source.command === 'dev' && { stateFolder: stateFolder(cwd) }),
  });

/** Says what is about security whole, and the rest in one line, probable slips before others. */
export function sayWarnings(
  output: Output,
  { warnings, notes }: Pick<ReadConfiguration, 'warnings' | 'notes'>,
  { files, dev }: Pick<ConfigurationSource, 'files' | 'dev'>,
): void {
  for (const warning of warnings.filter(isAboutSecurity)) output.warn(formatIssue(warning));
  const others = warnings.filter((each) => !isAboutSecurity(each));
  const [first, ...more] = others.toSorted((a, b) => Number(isProbablySlip(b)) - Number(isProbablySlip(a)));
  if (first !== undefined && more.length === 0) output.warn(formatIssue(first));
  else if (first !== undefined) output.note(summary(first));
  for (const each of notes) output.note(`note: ${formatIssue(each)}`);

  function summary(issue: Issue): string {
    const command = ['sallyport check', ...files.map((file) => `-c ${file}`), ...(dev ? ['--dev'] : [])].join(' ');
    return `${count(others.length, 'warning')}, the first: ${formatIssue(issue)}; all: ${command}`;
  }
}

export const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
