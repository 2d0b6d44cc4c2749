import type { FlowId, IdentityId } from '../../../kernel/id.ts';
import {
  isUsable,
  type FoundSecret,
  type OneTimeSecret,
  type SecretPurpose,
  type SecretReads,
  type SecretWrites,
} from '../../../secret/secret.ts';
import type { Executor } from '../connection.ts';
import { plainText } from '../columns.ts';
import { writeOnFlow } from './on-flow.ts';
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

/** Flows in one statement. */
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

/** Reads one-time secrets by the digest of what a person typed or followed. */
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

/** Writes and uses one-time secrets inside a transaction. */
export function secretWrites(executor: Executor): SecretWrites {
  const { sql } = executor;
  const reads = secretReads(executor);
  return {
    ...reads,

    async put(secret) {
      await writeOnFlow(
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
      if (!isUsable(found, now)) return undefined;
      const used = await executor.write(
        sql('one_time_secrets').where('id', found.id).whereNull('used_at').update({ used_at: now }),
      );
      return used === 0 ? undefined : found;
    },

    async voidOf(identity) {
      await executor.write(sql('one_time_secrets').where('identity_id', identity).whereNull('used_at').delete());
      // Two statements: MariaDB reads the whole table for a DELETE with a subquery.
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
