import type { VaultReads, VaultWrites } from '../../../secret/secret.ts';
import type { Executor } from '../connection.ts';
import { one } from '../rows.ts';
import { writeOnFlow } from './on-flow.ts';

/** Reads the encrypted values that a flow keeps. */
export function vaultReads(executor: Executor): VaultReads {
  return {
    find: (flow, kind) =>
      one(
        executor,
        executor.sql('vault').select('box', 'expires_at').where({ flow_id: flow, kind }),
        (row: { readonly box: string; readonly expires_at: number }) => ({
          flowId: flow,
          kind,
          box: row.box,
          expiresAt: row.expires_at,
        }),
      ),
  };
}

/** Writes and consumes encrypted values of a flow, inside a transaction. */
export function vaultWrites(executor: Executor): VaultWrites {
  const { sql } = executor;
  return {
    ...vaultReads(executor),

    async put(entry) {
      await writeOnFlow(
        executor,
        sql('vault')
          .insert({ flow_id: entry.flowId, kind: entry.kind, box: entry.box, expires_at: entry.expiresAt })
          .onConflict(['flow_id', 'kind'])
          .merge(['box', 'expires_at']),
      );
    },

    async putIfAbsent(entry, now) {
      const { flowId, kind } = entry;
      await executor.write(sql('vault').where({ flow_id: flowId, kind }).where('expires_at', '<=', now).delete());
      await writeOnFlow(
        executor,
        sql('vault')
          .insert({ flow_id: flowId, kind, box: entry.box, expires_at: entry.expiresAt })
          .onConflict(['flow_id', 'kind'])
          .ignore(),
      );
    },

    consume: async (flow, kind) => (await executor.write(sql('vault').where({ flow_id: flow, kind }).delete())) > 0,
  };
}
