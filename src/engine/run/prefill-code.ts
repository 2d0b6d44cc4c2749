import type { FlowRow } from '../../flow/flow.ts';
import { PAGE, type Page } from '../../flow/page.ts';
import type { PrefillRequest } from '../contract.ts';
import { rowAfter } from '../journal/journal.ts';
import { thaw } from '../machine/snapshot.ts';
import type { Runner } from '../parts.ts';

/**
 * A person has opened the link beside a mailed code: binds the flow to that browser and stores the code for its page.
 * The code proves nothing until the browser sends the form. Does nothing unless the flow waits for the code.
 */
export async function prefillCode(runner: Runner, row: FlowRow, request: PrefillRequest): Promise<Page> {
  const flow = runner.machineOf(row);
  const at = thaw(flow, row);
  const { page } = at;
  if (page !== PAGE.sent) return page;
  const { code, csrf } = request;
  const values = { ...at.context.values, prefilled: true };
  const bound = { row: { ...row, csrf }, identityId: row.identityId, sessionId: row.sessionId };
  const saved = rowAfter(runner, flow, bound, { ...at, context: { ...at.context, values } }, row.revision + 1);
  const box = runner.sealing.sealVault(code, `${row.id}/prefilled`);
  await runner.store.transaction(async (unit) => {
    await unit.flows.save(saved);
    await unit.vault.put({ flowId: row.id, kind: 'prefilled', box, expiresAt: row.expiresAt });
  });
  return page;
}
