import type { Command } from 'commander';
import { pathsOf, writePath } from '../analysis/paths.ts';
import { subjectOf } from '../analysis/subject.ts';
import { CommandError } from './output.ts';
import { configurationFiles, type CommandContext } from './command-context.ts';
import { count } from './load-configuration.ts';
import { readConfiguration } from '../app/configuration.ts';
import { formatIssue } from '../kernel/issue.ts';

interface PathsOptions {
  readonly config: readonly string[];
  readonly flow?: string;
  readonly format: string;
}

export function definePaths(command: Command, context: CommandContext): void {
  command
    .addOption(configurationFiles())
    .option('--flow <flow>', 'only those of one flow, such as login')
    .option('--format <format>', 'text or json', 'text')
    .addHelpText(
      'after',
      '\nEach has an id that stays as long as the path does. `runPaths` of sallyport/test takes them all by HTTP.\n\nExample:\n  sallyport paths -c sallyport.yaml --flow registration',
    )
    .action((options: PathsOptions) => paths(context, options));
}

/** Lists every path of a configuration: what a request can do, from each page and through every verdict of each hook. */
async function paths(
  { env, cwd, output }: CommandContext,
  { config: files, flow, format }: PathsOptions,
): Promise<void> {
  if (format !== 'text' && format !== 'json') throw new CommandError(`--format is text or json, not ${format}.`);
  const { configuration, errors, at } = await readConfiguration({ files, env, cwd, command: 'check', dev: false });
  if (configuration === undefined) throw new CommandError(errors.map(formatIssue));
  const { graphs } = subjectOf(configuration, at);
  if (flow !== undefined && ![...graphs.keys()].some((kind) => kind === flow))
    throw new CommandError(`There is no flow ${flow}; there are ${[...graphs.keys()].join(', ')}.`);
  const found = [...graphs.values()].filter(({ kind }) => flow === undefined || kind === flow).flatMap(pathsOf);
  if (format === 'json') return output.print(JSON.stringify(found, null, 2));
  for (const path of found) output.print(writePath(path));
  output.note(`${count(found.length, 'path')}.`);
}
