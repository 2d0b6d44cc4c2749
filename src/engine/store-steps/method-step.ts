import type { MethodStoreStep } from '../../strategy/method-parts.ts';
import { openVault } from './vault.ts';
import { done, stale, taken, type StoreStepRun } from './write-context.ts';

/** Runs a store step that a method brings. It reaches the identities and the vault of its own flow, within the transaction. */
export const storeForMethod =
  (step: MethodStoreStep): StoreStepRun =>
  async ({ parts, request, prepared, unit }, _at, written) => {
    const { id } = request.row;
    const answer = await step(
      { flowId: id, identity: written.identity, writes: prepared.writes },
      {
        identities: unit.identities,
        openVault: (kind) => openVault(parts, unit.vault, id, kind),
        consumeVault: (kind) => unit.vault.consume(id, kind),
      },
    );
    switch (answer.kind) {
      case 'done':
        return done({ ...written, identity: answer.identity ?? written.identity });
      case 'stale':
        return stale(written, answer.messages);
      case 'taken':
        return taken(written, answer.messages);
    }
  };
