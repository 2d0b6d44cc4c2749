import path from 'node:path';
import type { Command } from 'commander';
import { readConfiguration } from '../app/configuration.ts';
import { formatIssue } from '../kernel/issue.ts';
import { CommandError } from './output.ts';
import { configurationFiles, type CommandContext } from './command-context.ts';

interface PluginsOptions {
  readonly config: readonly string[];
  readonly format: string;
}

export function definePlugins(command: Command, context: CommandContext): void {
  command
    .addOption(configurationFiles())
    .option('--format <format>', 'table or json', 'table')
    .action((options: PluginsOptions) => plugins(context, options));
}

/** Lists the hooks that were found, where they come from, and where and when they run. */
async function plugins({ env, cwd, output }: CommandContext, { config: files, format }: PluginsOptions): Promise<void> {
  if (format !== 'table' && format !== 'json') throw new CommandError(`--format is table or json, not ${format}.`);
  const read = await readConfiguration({ files, env, cwd, command: 'check', dev: false });
  if (read.configuration === undefined) throw new CommandError(read.errors.map(formatIssue));
  const { hooks, bound } = read.configuration;
  const used = bound.lanes.flatMap(({ prepare, write, follow }) => [...prepare, ...write, ...follow]);
  const rows = [...hooks.entries()].map(([name, { hook, file, origin }]) => ({
    name,
    origin,
    file: path.relative(cwd, file) || file,
    timeoutMs: hook.timeoutMs,
    at: typeof hook.at === 'function' ? 'depends on its configuration' : Object.keys(hook.at).join(', '),
    configured: used.filter((each) => each.name === name).map(({ list, phase }) => `${list} (${phase})`),
  }));
  if (format === 'json') return output.print(JSON.stringify(rows, null, 2));
  for (const { name, origin, file, at, configured, timeoutMs } of rows) {
    output.print(`${name}  (${origin}, ${file}, limit ${limits(timeoutMs)})`);
    output.print(`  may stand at  ${at}`);
    output.print(`  stands at     ${configured.length > 0 ? configured.join(', ') : 'nowhere in this configuration'}`);
  }
}

const limits = (ms: number | Readonly<Record<string, number | undefined>>): string =>
  typeof ms === 'number'
    ? `${ms} ms`
    : Object.entries(ms)
        .map(([phase, each]) => `${phase} ${each} ms`)
        .join(', ');
