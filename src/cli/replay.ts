import type { Command } from 'commander';
import { compileFlows } from '../engine/machine/compile-flows.ts';
import { replay } from '../analysis/replay.ts';
import { recordsOf, withHistory } from './history.ts';
import { CommandError } from './output.ts';
import { configurationFiles, type CommandContext } from './command-context.ts';
import { count } from './load-configuration.ts';

interface ReplayOptions {
  readonly config: readonly string[];
  readonly format: string;
}

export function defineReplay(command: Command, context: CommandContext): void {
  command
    .argument('<flow-id>', 'the id in the address of its page')
    .addOption(configurationFiles())
    .option('--format <format>', 'text or json', 'text')
    .addHelpText('after', '\nChanges nothing. Exit status: 1 when the two differ, or nothing is known of the flow.')
    .action((flow: string, options: ReplayOptions) => replayFlow(context, flow, options));
}

/** Walks the journal of a flow through its machine, and says whether that leads to the stored snapshot. */
async function replayFlow(
  context: CommandContext,
  flow: string,
  { config: files, format }: ReplayOptions,
): Promise<void> {
  if (format !== 'text' && format !== 'json') throw new CommandError(`--format is text or json, not ${format}.`);
  const { output } = context;
  const said = await withHistory(context, files, async (history, configuration) => {
    const { id, row, journal } = await recordsOf(history, flow);
    const kind = row?.kind ?? journal[0]?.kind;
    const machine = kind && compileFlows(configuration).get(kind);
    if (machine === undefined) throw new CommandError(`The flow ${id} is not recorded.`);
    return { kind, stored: row, ...replay(machine, id, row, journal) };
  });
  const { kind, stored, same, state, finished, steps, broken, notes } = said;
  if (format === 'json') {
    output.print(JSON.stringify({ kind, same, state, finished, steps, broken, context: said.context, notes }, null, 2));
  } else {
    for (const note of notes) output.note(`note: ${note}`);
    const end = `${kind}: ${count(steps, 'step')} replayed, to ${state}`;
    if (broken !== undefined) output.print(`${end}. There it breaks: ${broken}.`);
    else if (stored === undefined)
      output.print(`${end}. The flow has expired and its row was removed: there is nothing to compare with.`);
    else
      output.print(
        `${end}; ${same ? 'the stored snapshot is the same' : 'the stored snapshot is another'} (context: ${said.context}).`,
      );
  }
  if (broken !== undefined || (stored !== undefined && !same)) throw new CommandError([]);
}
