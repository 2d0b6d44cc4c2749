import { compileFlows } from '../engine/machine/compile-flows.ts';
import { explain } from '../analysis/explain.ts';
import { recordsOf, withHistory } from './history.ts';
import { CommandError } from './output.ts';
import type { Surroundings } from './program.ts';

/** Says in one screen what happened to a flow, where it stands, what stopped it, and what to do. Changes nothing. */
export async function why(
  around: Surroundings,
  { flow, files, format }: { readonly flow: string; readonly files: readonly string[]; readonly format: string },
): Promise<void> {
  if (format !== 'text' && format !== 'json') throw new CommandError(`--format is text or json, not ${format}.`);
  const found = await withHistory(around, files, async (history, { config, bound }) => {
    const { id, row, journal } = await recordsOf(history, flow);
    const kind = row?.kind ?? journal[0]?.kind;
    const machine = kind && compileFlows(config, bound).get(kind);
    const mails = await history.mails(id, row);
    return explain({ id, row, journal, flow: machine, mails, now: Date.now() });
  });
  around.output.print(format === 'json' ? JSON.stringify(found, null, 2) : found.text);
  if (found.stands === 'unknown') throw new CommandError([]);
}
