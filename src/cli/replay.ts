import { compileFlows } from '../engine/machine/compile-flows.ts';
import { replay } from '../analysis/replay.ts';
import { recordsOf, withHistory } from './history.ts';
import { CommandError } from './output.ts';
import type { Surroundings } from './program.ts';
import { count } from './load-configuration.ts';

/** Walks the journal of a flow through its machine, and says whether that leads to what is stored. */
export async function replayFlow(
  around: Surroundings,
  { flow, files, format }: { readonly flow: string; readonly files: readonly string[]; readonly format: string },
): Promise<void> {
  if (format !== 'text' && format !== 'json') throw new CommandError(`--format is text or json, not ${format}.`);
  const { output } = around;
  const said = await withHistory(around, files, async (history, { config, bound }) => {
    const { id, row, journal } = await recordsOf(history, flow);
    const kind = row?.kind ?? journal[0]?.kind;
    const machine = kind && compileFlows(config, bound).get(kind);
    if (machine === undefined) throw new CommandError(`Nothing is known of the flow ${id}.`);
    return { kind, stored: row, ...replay(machine, id, row, journal) };
  });
  const { kind, stored, same, state, steps, broken, context, notes } = said;
  if (format === 'json') {
    output.print(
      JSON.stringify({ kind, same, state, finished: said.finished, steps, broken, context, notes }, null, 2),
    );
  } else {
    for (const note of notes) output.note(`note: ${note}`);
    const end = `${kind}: ${count(steps, 'step')} replayed, to ${state}`;
    if (broken !== undefined) output.print(`${end}. There it breaks: ${broken}.`);
    else if (stored === undefined)
      output.print(`${end}. The flow is over and its row is gone: there is nothing to compare with.`);
    else
      output.print(
        `${end}; ${same ? 'the stored snapshot is the same' : 'the stored snapshot is another'} (context: ${context}).`,
      );
  }
  if (broken !== undefined || (stored !== undefined && !same)) throw new CommandError([]);
}
