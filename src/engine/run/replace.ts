import type { FlowRow } from '../../flow/flow.ts';
import type { OpenedFlow, OpenRequest } from '../contract.ts';
import { recordReplaced } from '../journal/journal.ts';
import type { Runner } from '../parts.ts';
import { begin } from './begin.ts';

/** Opens a flow as another one was opened, and notes it in the journal of the one that it replaces. */
export async function replaceFlow(
  runner: Runner,
  row: FlowRow,
  request: Pick<OpenRequest, 'csrf' | 'requester' | 'messages' | 'values'>,
): Promise<OpenedFlow> {
  const { kind, type, requestUrl, schemaId, requestedAal, refresh } = row;
  const stepUp = requestedAal === 'aal2' ? 'open.second' : 'open';
  const opening = refresh ? 'open.refresh' : stepUp;
  const opened = await begin(runner, { kind, type, requestUrl, schemaId, requestedAal, refresh, opening, ...request });
  if (opened.kind === 'flow') await recordReplaced(runner, row, opened.row.id);
  return opened;
}
