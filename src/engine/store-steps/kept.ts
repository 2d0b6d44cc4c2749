import type { FlowRow } from '../../flow/flow.ts';
import type { Json } from '../../kernel/json.ts';
import type { Unit } from '../../store/store.ts';
import { keptKind } from '../../strategy/kept-kind.ts';
import type { Strategy, View } from '../../strategy/strategy.ts';
import type { Runner } from '../parts.ts';
import { openVault, sealedEntry } from './vault.ts';

type Parts = Pick<Runner, 'sealing' | 'clock'>;
type Row = Pick<FlowRow, 'id' | 'expiresAt'>;

/**
 * What the flow keeps for a strategy whose page is drawn: made and sealed where nothing is kept, or its time is over. Of two
 * requests that draw the page at once both get the same.
 */
export async function keepForPage(
  parts: Parts & Pick<Runner, 'store'>,
  row: Row,
  { method, keeps }: Pick<Strategy, 'method' | 'keeps'>,
  view: Omit<View, 'kept'>,
): Promise<Json | undefined> {
  if (keeps === undefined) return undefined;
  const { store, clock } = parts;
  const kind = keptKind(method);
  const kept = await openVault(parts, store.vault, row.id, kind);
  if (kept !== undefined) return kept;
  const made = await keeps.make(view);
  if (made === undefined) return undefined;
  const now = clock.now();
  const until = Math.min(row.expiresAt, now + (keeps.lifespan ?? Infinity));
  if (until <= now) return undefined;
  const entry = sealedEntry(parts, row, { kind, value: made, expiresAt: until });
  await store.transaction((unit) => unit.vault.putIfAbsent(entry, now));
  return openVault(parts, store.vault, row.id, kind);
}

/** What is shown after a change is made anew: what was kept for the form before counts no more. */
export async function dropKept(
  { strategies }: Pick<Runner, 'strategies'>,
  unit: Pick<Unit, 'vault'>,
  { id, kind }: Pick<FlowRow, 'id' | 'kind'>,
): Promise<void> {
  for (const { method, keeps } of strategies.get(kind) ?? [])
    if (keeps !== undefined) await unit.vault.consume(id, keptKind(method));
}
