import { hasAuthenticators } from '../../../identity/authenticators.ts';
import type { IdentityId } from '../../../kernel/id.ts';
import type { Credential, CredentialType, Identity, IdentityWrites, Taken } from '../../../identity/identity.ts';
import type { Executor } from '../connection.ts';
import { savepoint } from '../savepoint.ts';
import { identityReads, type IdentityStatements } from './identities.ts';
import { useAuthenticator } from './authenticators.ts';
import { addKeys, addressKeys, authenticatorKeys, identifierKeys, matchKeys } from './identity-keys.ts';
import { columnsOf, credentialRow } from './identity-rows.ts';

/** Writes identities inside a transaction. */
export function identityWrites(executor: Executor, statements: IdentityStatements): IdentityWrites {
  const { sql } = executor;
  return {
    ...identityReads(executor, statements),
    insert: async (identity, credentials) =>
      await undoneIfTaken(executor, statements, { identity, credentials }, async () => {
        await insert(executor, identity, credentials);
        return undefined;
      }),

    update: async (identity, { credentials = [], removed = [], anyState = false }) =>
      await undoneIfTaken(executor, statements, { identity, credentials }, async () => {
        const row = sql('identities').where({ id: identity.id, version: identity.version });
        const changed = await executor.write(
          (anyState ? row : row.where('state', 'active')).update({
            ...columnsOf(identity),
            version: identity.version + 1,
          }),
        );
        if (changed === 0) return 'stale';
        await matchAddresses(executor, identity);
        await matchCredentials(executor, identity.id, credentials, removed);
        return undefined;
      }),

    replaceConfig: async (id, credential, config) =>
      (await executor.write(
        sql('credentials')
          .where({ identity_id: id, type: credential.type, config: JSON.stringify(credential.config) })
          .update({ config: JSON.stringify(config) }),
      )) > 0,

    async takeStep(id, type, step) {
      const earlier = sql('credentials')
        .where({ identity_id: id, type })
        .where((either) => void either.whereNull('last_step').orWhere('last_step', '<', step));
      return (await executor.write(earlier.update({ last_step: step }))) > 0;
    },

    useAuthenticator: (id, use) => useAuthenticator(executor, id, use),

    async endDevices(id, since) {
      await executor.write(
        sql('identities').where({ id }).where('devices_since', '<', since).update({ devices_since: since }),
      );
    },

    async delete(id) {
      // No foreign key leads from flows and secrets: they may name an identity that is not stored yet.
      await executor.write(sql('flows').where('identity_id', id).delete());
      await executor.write(sql('one_time_secrets').where('identity_id', id).delete());
      return (await executor.write(sql('identities').where('id', id).delete())) > 0;
    },
  };
}

async function insert(executor: Executor, identity: Identity, credentials: readonly Credential[]): Promise<void> {
  const { sql } = executor;
  await executor.write(
    sql('identities').insert({
      id: identity.id,
      ...columnsOf(identity),
      devices_since: identity.devicesSince,
      version: Math.max(1, identity.version),
      created_at: identity.createdAt,
    }),
  );
  if (credentials.length > 0) {
    await executor.write(sql('credentials').insert(credentials.map((each) => credentialRow(identity.id, each))));
  }
  await addKeys(executor, 'identity_identifiers', identity.id, identifierKeys(credentials));
  await addKeys(executor, 'identity_addresses', identity.id, addressKeys(identity));
  await addKeys(executor, 'authenticators', identity.id, authenticatorKeys(credentials));
}

interface Wanted {
  readonly identity: Identity;
  readonly credentials: readonly Credential[];
}

/** Undoes the work when another identity has a unique value of this one, so that nothing half is stored by a commit. */
async function undoneIfTaken<T>(
  executor: Executor,
  statements: IdentityStatements,
  wanted: Wanted,
  work: () => Promise<T>,
): Promise<T | Taken> {
  try {
    return await savepoint(executor, 'identity', work);
  } catch (error) {
    if (executor.dialect.faultOf(error) !== 'taken') throw error;
    return await takenBy(executor, statements, wanted, error);
  }
}

/** Which unique value of the identity another one has. */
async function takenBy(
  executor: Executor,
  statements: IdentityStatements,
  { identity, credentials }: Wanted,
  error: unknown,
): Promise<Taken> {
  const identifiers = identifierKeys(credentials);
  const addresses = addressKeys(identity);
  for (const [table, keys] of [
    ['identity_identifiers', identifiers],
    ['identity_addresses', addresses],
    ['authenticators', authenticatorKeys(credentials)],
  ] as const) {
    for (const { kind, key, value } of keys) {
      const owner = await executor.first<{ readonly identity_id: string }>(
        executor.sql(table).select('identity_id').where(key),
      );
      if (owner !== undefined && owner.identity_id !== identity.id) return { kind: 'taken', what: kind, value };
    }
  }
  const { find, findExternal } = identityReads(executor, statements);
  if (identity.externalId !== undefined) {
    const other = await findExternal(identity.externalId);
    if (other !== undefined && other.id !== identity.id) {
      return { kind: 'taken', what: 'external_id', value: identity.externalId };
    }
  }
  if ((await find(identity.id)) !== undefined) return { kind: 'taken', what: 'id', value: identity.id };
  // The other identity is deleted meanwhile, or not committed yet: the first value stands for whichever it had.
  const [first] = [...identifiers, ...addresses];
  if (first === undefined) throw error;
  return { kind: 'taken', what: first.kind, value: first.value };
}

async function matchCredentials(
  executor: Executor,
  id: IdentityId,
  credentials: readonly Credential[],
  removed: readonly CredentialType[],
): Promise<void> {
  const { sql } = executor;
  const types = [...new Set([...credentials.map(({ type }) => type), ...removed])];
  if (types.length === 0) return;
  const given = new Set(credentials.map(({ type }) => type));
  const deleted = removed.filter((type) => !given.has(type));
  if (deleted.length > 0) {
    await executor.write(sql('credentials').where('identity_id', id).whereIn('type', deleted).delete());
  }
  if (credentials.length > 0) {
    await executor.write(
      sql('credentials')
        .insert(credentials.map((each) => credentialRow(id, each)))
        .onConflict(['identity_id', 'type'])
        .merge(['identifiers', 'config', 'version', 'updated_at']),
    );
  }
  const stored = await executor.rows<{ readonly type: string; readonly identifier: string }>(
    sql('identity_identifiers').select('type', 'identifier').where('identity_id', id).whereIn('type', types),
  );
  await matchKeys(executor, 'identity_identifiers', { id, stored, wanted: identifierKeys(credentials) });
  await matchAuthenticators(executor, id, { types, credentials });
}

/** A key that stays keeps its row, and with it what it counted. */
async function matchAuthenticators(
  executor: Executor,
  id: IdentityId,
  { types, credentials }: { readonly types: readonly CredentialType[]; readonly credentials: readonly Credential[] },
): Promise<void> {
  const keyed = types.filter(hasAuthenticators);
  if (keyed.length === 0) return;
  const stored = await executor.rows<{ readonly id_hash: string }>(
    executor.sql('authenticators').select('id_hash').where('identity_id', id).whereIn('type', keyed),
  );
  await matchKeys(executor, 'authenticators', { id, stored, wanted: authenticatorKeys(credentials) });
}

async function matchAddresses(executor: Executor, identity: Identity): Promise<void> {
  const stored = await executor.rows<{ readonly kind: string; readonly via: string; readonly value: string }>(
    executor.sql('identity_addresses').select('kind', 'via', 'value').where('identity_id', identity.id),
  );
  await matchKeys(executor, 'identity_addresses', { id: identity.id, stored, wanted: addressKeys(identity) });
}
