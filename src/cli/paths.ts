import { pathsOf, writePath } from '../analysis/paths.ts';
import { subjectOf } from '../analysis/subject.ts';
import { CommandError } from './output.ts';
import type { Surroundings } from './program.ts';
import { count } from './load-configuration.ts';
import { readConfiguration } from '../app/configuration.ts';
import { formatIssue } from '../kernel/issue.ts';

/** Lists every path of a configuration: what a request can do, from each page and through every verdict of each hook. */
export async function paths(
  { env, cwd, output }: Surroundings,
  {
    files,
    flow,
    format,
  }: { readonly files: readonly string[]; readonly flow: string | undefined; readonly format: string },
): Promise<void> {
  if (format !== 'text' && format !== 'json') throw new CommandError(`--format is text or json, not ${format}.`);
  const { configuration, errors, at } = await readConfiguration({ files, env, cwd, command: 'check', dev: false });
  if (configuration === undefined) throw new CommandError(errors.map(formatIssue));
  const { charts } = subjectOf(configuration, at);
  if (flow !== undefined && ![...charts.keys()].some((kind) => kind === flow))
    throw new CommandError(`There is no flow ${flow}; there are ${[...charts.keys()].join(', ')}.`);
  const found = [...charts.values()].filter(({ kind }) => flow === undefined || kind === flow).flatMap(pathsOf);
  if (format === 'json') return output.print(JSON.stringify(found, null, 2));
  for (const path of found) output.print(writePath(path));
  output.note(`${count(found.length, 'path')}.`);
}
