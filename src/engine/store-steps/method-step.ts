import { pressed } from '../../kernel/body.ts';
import { must } from '../../kernel/error.ts';
import type { MethodStoreStep } from '../../strategy/method-parts.ts';
import type { WrittenValues } from '../values.ts';
import { openVault } from './vault.ts';
import { markVerified } from './verified-address.ts';
import { done, stale, taken, type StoreStepRun } from './write-context.ts';

/** Runs a store step that a method brings. It reaches the identities and the vault of its own flow, within the transaction. */
export const storeForMethod =
  (step: MethodStoreStep): StoreStepRun =>
  async (context, _at, written) => {
    const { parts, request, prepared, unit } = context;
    const { id } = request.row;
    // Belongs to this call: when the transaction is undone nobody reads it again.
    let values: WrittenValues = written;
    const answer = await step(
      { flowId: id, identity: written.identity, writes: prepared.writes },
      {
        identities: unit.identities,
        openVault: (kind) => openVault(parts, unit.vault, id, kind),
        consumeVault: (kind) => unit.vault.consume(id, kind),
        async proved(address) {
          const marked = await markVerified(context, values, { address, shown: !pressed(request.body, 'set_new') });
          if (marked === 'stale') return marked;
          if ('asks' in marked) throw new Error('Only a verification asks for a credential.');
          values = marked;
          return must(marked.identity, 'The identity of the address');
        },
      },
    );
    switch (answer.kind) {
      case 'done':
        return done({ ...values, identity: answer.identity ?? values.identity });
      case 'stale':
        return stale(written, answer.messages);
      case 'taken':
        return taken(written, answer.messages);
    }
  };
