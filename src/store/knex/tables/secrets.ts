import { SallyportError } from '../../../kernel/error.ts';
import type { FlowId, IdentityId } from '../../../kernel/id.ts';
import type {
  FoundSecret,
  OneTimeSecret,
  SecretPurpose,
  SecretReads,
  SecretWrites,
  VaultReads,
  VaultWrites,
} from '../../../secret/secret.ts';
import type { Executor, Statement } from '../connection.ts';
import { plainText } from '../columns.ts';
import { one } from '../rows.ts';

interface SecretRow {
  readonly id: string;
  readonly purpose: SecretPurpose;
  readonly digest: string;
  readonly flow_id: FlowId;
  readonly identity_id: IdentityId | null;
  readonly address: string;
  readonly used_at: number | null;
  readonly expires_at: number;
  readonly created_at: number;
}

/** Ids in one statement. */
const AT_ONCE = 500;

const COLUMNS = [
  'id',
  'purpose',
  'digest',
  'flow_id',
  'identity_id',
  'address',
  'used_at',
  'expires_at',
  'created_at',
] as const;

function secretOf(row: SecretRow): OneTimeSecret {
  return {
    id: row.id,
    purpose: row.purpose,
    digest: row.digest,
    flowId: row.flow_id,
    identityId: row.identity_id ?? undefined,
    address: row.address,
    expiresAt: row.expires_at,
    createdAt: row.created_at,
  };
}

export function secretReads(executor: Executor): SecretReads {
  return {
    async find(flow, purpose, digests): Promise<FoundSecret | undefined> {
      if (digests.length === 0) return undefined;
      return await one(
        executor,
        executor
          .sql('one_time_secrets')
          .select(COLUMNS)
          .where({ flow_id: flow, purpose })
          .whereIn('digest', digests)
          .limit(1),
        (row: SecretRow) => ({ ...secretOf(row), usedAt: row.used_at ?? undefined }),
      );
    },
  };
}

export function secretWrites(executor: Executor): SecretWrites {
  const { sql } = executor;
  const reads = secretReads(executor);
  return {
    ...reads,

    async put(secret) {
      await onFlow(
        executor,
        sql('one_time_secrets').insert({
          id: secret.id,
          purpose: secret.purpose,
          digest: secret.digest,
          flow_id: secret.flowId,
          identity_id: secret.identityId ?? null,
          address: plainText(secret.address),
          expires_at: secret.expiresAt,
          created_at: secret.createdAt,
        }),
      );
    },

    async dropOf(flow, purpose) {
      await executor.write(sql('one_time_secrets').where({ flow_id: flow, purpose }).delete());
    },

    async use(flow, purpose, digests, now) {
      const found = await reads.find(flow, purpose, digests);
      if (found === undefined || found.usedAt !== undefined || found.expiresAt <= now) return undefined;
      const used = await executor.write(
        sql('one_time_secrets').where('id', found.id).whereNull('used_at').update({ used_at: now }),
      );
      return used === 0 ? undefined : found;
    },

    async voidOf(identity) {
      await executor.write(sql('one_time_secrets').where('identity_id', identity).whereNull('used_at').delete());
      // In two steps: a DELETE with a subquery walks the whole table on MariaDB.
      const flows = await executor.rows<{ readonly id: FlowId }>(
        sql('flows').select('id').where('identity_id', identity),
      );
      for (let from = 0; from < flows.length; from += AT_ONCE) {
        const ids = flows.slice(from, from + AT_ONCE).map(({ id }) => id);
        await executor.write(sql('vault').whereIn('flow_id', ids).delete());
      }
    },
  };
}

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

export function vaultWrites(executor: Executor): VaultWrites {
  const { sql } = executor;
  return {
    ...vaultReads(executor),

    async put(entry) {
      await onFlow(
        executor,
        sql('vault')
          .insert({ flow_id: entry.flowId, kind: entry.kind, box: entry.box, expires_at: entry.expiresAt })
          .onConflict(['flow_id', 'kind'])
          .merge(['box', 'expires_at']),
      );
    },

    consume: async (flow, kind) => (await executor.write(sql('vault').where({ flow_id: flow, kind }).delete())) > 0,
  };
}

/** What hangs on a flow that has gone meanwhile is not stored, and the submit ends as for a flow that moved. */
async function onFlow(executor: Executor, statement: Statement): Promise<void> {
  try {
    await executor.write(statement);
  } catch (error) {
    if (executor.dialect.faultOf(error) !== 'orphan') throw error;
    throw new SallyportError('flow_moved', 'The flow no longer exists.', { cause: error });
  }
}
