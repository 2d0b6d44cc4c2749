import { PAGE } from '../../flow/page.ts';
import type { FlowRow } from '../../flow/flow.ts';
import type { FlowId } from '../../kernel/id.ts';
import type { Json } from '../../kernel/json.ts';
import type { VaultEntry } from '../../secret/secret.ts';
import type { Store, Unit } from '../../store/store.ts';
import type { PreparedWrites } from '../../strategy/strategy.ts';
import type { Runner } from '../parts.ts';
import { returned, type FlowRequest, type PreparedValues } from '../values.ts';

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
export async function keepVault(
  { sealing, clock }: Pick<Runner, 'sealing' | 'clock'>,
  writes: PreparedWrites | undefined,
  unit: Unit,
  row: FlowRow,
): Promise<void> {
  if (writes?.vault === undefined) return;
  const expiresAt = Math.min(row.expiresAt, clock.now() + HOLD_FOR);
  await unit.vault.put(sealedEntry({ sealing }, row, { ...writes.vault, expiresAt }));
}

/** A value as the vault holds it: encrypted, bound to its flow and kind. */
export function sealedEntry(
  { sealing }: Pick<Runner, 'sealing'>,
  { id }: Pick<FlowRow, 'id'>,
  { kind, value, expiresAt }: { readonly kind: string; readonly value: Json; readonly expiresAt: number },
): VaultEntry {
  return { flowId: id, kind, box: sealing.sealVault(JSON.stringify(value), `${id}/${kind}`), expiresAt };
}

/**
 * A provider's answer counts once, whatever became of it. A page that sent the browser to the provider again has kept a
 * new entry.
 */
export async function consumeProviderAnswer(
  unit: Unit,
  request: FlowRequest,
  { providerUrl }: PreparedValues,
): Promise<void> {
  if (returned(request) && providerUrl === undefined) await unit.vault.consume(request.row.id, PAGE.away);
}
