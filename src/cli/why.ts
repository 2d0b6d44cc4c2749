import type { Command } from 'commander';
import { compileFlows } from '../engine/machine/compile-flows.ts';
import { explain } from '../analysis/explain.ts';
import { recordsOf, withHistory } from './history.ts';
import { CommandError } from './output.ts';
import { configurationFiles, type CommandContext } from './command-context.ts';

interface WhyOptions {
  readonly config: readonly string[];
  readonly format: string;
}

export function defineWhy(command: Command, context: CommandContext): void {
  command
    .argument('<flow-id>', 'the id in the address of its page')
    .addOption(configurationFiles())
    .option('--format <format>', 'text or json', 'text')
    .addHelpText(
      'after',
      '\nReads the database of the configuration and changes nothing. Exit status: 1 when nothing is known of the flow.\n\nExample:\n  sallyport why 0198d6a2-5d5f-7c3a-9d3e-6d1b1f0e7a55 -c sallyport.yaml',
    )
    .action((flow: string, options: WhyOptions) => why(context, flow, options));
}

/** Says in one screen what happened to a flow, where it stands, what stopped it, and what to do. Changes nothing. */
async function why(context: CommandContext, flow: string, { config: files, format }: WhyOptions): Promise<void> {
  if (format !== 'text' && format !== 'json') throw new CommandError(`--format is text or json, not ${format}.`);
  const found = await withHistory(context, files, async (history, configuration) => {
    const { id, row, journal } = await recordsOf(history, flow);
    const kind = row?.kind ?? journal[0]?.kind;
    const machine = kind && compileFlows(configuration).get(kind);
    const mails = await history.mails(id, row);
    return explain({ id, row, journal, flow: machine, mails, now: Date.now() });
  });
  context.output.print(format === 'json' ? JSON.stringify(found, null, 2) : found.text);
  if (found.stands === 'unknown') throw new CommandError([]);
}
