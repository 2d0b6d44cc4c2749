import type { FlowRow } from '../../flow/flow.ts';
import type { FlowId } from '../../kernel/id.ts';
import type { Json } from '../../kernel/json.ts';
import type { Store, Unit } from '../../store/store.ts';
import type { Runner } from '../parts.ts';
import type { Submission } from '../run/submission.ts';

/** A change that waits for a fresh sign-in is kept for fifteen minutes (docs/decisions/0003). */
const HOLD_FOR = 15 * 60_000;

/** What a flow keeps under this kind; undefined when there is nothing, or its time is over. */
export async function openVault(
  runner: Pick<Runner, 'sealing' | 'clock'>,
  vault: Store['vault'],
  flowId: FlowId,
  kind: string,
): Promise<Json | undefined> {
  const entry = await vault.find(flowId, kind);
  if (entry === undefined || entry.expiresAt <= runner.clock.now()) return undefined;
  const text = runner.sealing.openVault(entry.box, `${flowId}/${kind}`);
  return text === undefined ? undefined : (JSON.parse(text) as Json); // sealed by us: JSON by construction
}

/** Puts what must outlive the request into a flow's vault, encrypted. */
export async function keepVault(runner: Runner, { sealed }: Submission, unit: Unit, row: FlowRow): Promise<void> {
  if (sealed?.vault === undefined) return;
  const { kind, value } = sealed.vault;
  const box = runner.sealing.sealVault(JSON.stringify(value), `${row.id}/${kind}`);
  const expiresAt = Math.min(row.expiresAt, runner.clock.now() + HOLD_FOR);
  await unit.vault.put({ flowId: row.id, kind, box, expiresAt });
}
