import type { FlowRow, JournalRow } from '../flow/flow.ts';
import type { FlowId } from '../kernel/id.ts';
import { parseFlowId } from '../kernel/id.ts';
import { systemRandom } from '../secret/random.ts';
import { openHistory, type History } from '../store/knex/open-history.ts';
import type { Configuration } from '../app/configuration.ts';
import { CommandError } from './output.ts';
import { readOrRefuse } from './load-configuration.ts';
import type { CommandContext } from './command-context.ts';

export interface Recorded {
  readonly id: FlowId;
  readonly row: FlowRow | undefined;
  readonly journal: readonly JournalRow[];
}

/** Reads a configuration, opens its database to look in, and closes it again. */
export async function withHistory<T>(
  context: CommandContext,
  files: readonly string[],
  work: (history: History, configuration: Configuration) => Promise<T>,
): Promise<T> {
  // Only the database is read, so the checks of production are skipped and their warnings are not printed.
  const quiet = {
    ...context,
    output: { ...context.output, note: () => undefined, warn: () => undefined, useJson: () => undefined },
  };
  const command = files.length === 0 ? 'dev' : 'check';
  const { configuration } = await readOrRefuse(quiet, { files, command, dev: true });
  const history = await openHistory(configuration.config.dsn, systemRandom);
  try {
    return await work(history, configuration);
  } finally {
    await history.close();
  }
}

export async function recordsOf(history: History, text: string): Promise<Recorded> {
  const id = parseFlowId(text);
  if (id === undefined) throw new CommandError(`${text} is not the id of a flow: that is a UUID.`);
  return { id, row: await history.find(id), journal: await history.journal(id) };
}
