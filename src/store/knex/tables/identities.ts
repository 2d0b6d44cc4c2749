import type { Channel } from '../../../kernel/draft.ts';
import { SallyportError } from '../../../kernel/error.ts';
import type { Identifier, IdentityId } from '../../../kernel/id.ts';
import type { Json } from '../../../kernel/json.ts';
import type {
  Aal,
  Credential,
  CredentialType,
  Identity,
  IdentityReads,
  IdentityWrites,
  RecoveryAddress,
  Taken,
  VerifiableAddress,
} from '../../../identity/identity.ts';
import type { Knex } from 'knex';
import type { Executor, PreparedStatement } from '../connection.ts';
import { savepoint } from '../savepoint.ts';
import { count, many, one } from '../rows.ts';
import { comparable, keyText, readJson, readJsonOrNull, writeJsonOrNull } from '../columns.ts';

export interface IdentityRow {
  readonly id: IdentityId;
  readonly external_id: string | null;
  readonly schema_id: string;
  readonly state: 'active' | 'inactive';
  readonly state_changed_at: number;
  readonly traits: string;
  readonly metadata_public: string | null;
  readonly metadata_admin: string | null;
  readonly verifiable_addresses: string;
  readonly recovery_addresses: string;
  readonly available_aal: Aal;
  readonly version: number;
  readonly created_at: number;
  readonly updated_at: number;
}

export const IDENTITY_COLUMNS = [
  'id',
  'external_id',
  'schema_id',
  'state',
  'state_changed_at',
  'traits',
  'metadata_public',
  'metadata_admin',
  'verifiable_addresses',
  'recovery_addresses',
  'available_aal',
  'version',
  'created_at',
  'updated_at',
] as const;

export function identityOf(row: IdentityRow): Identity {
  return {
    id: row.id,
    externalId: row.external_id ?? undefined,
    schemaId: row.schema_id,
    state: row.state,
    stateChangedAt: row.state_changed_at,
    traits: readJson(row.traits),
    metadataPublic: readJsonOrNull<Json>(row.metadata_public),
    metadataAdmin: readJsonOrNull<Json>(row.metadata_admin),
    verifiableAddresses: readJson<readonly VerifiableAddress[]>(row.verifiable_addresses),
    recoveryAddresses: readJson<readonly RecoveryAddress[]>(row.recovery_addresses),
    availableAal: row.available_aal,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

interface CredentialRow {
  readonly identity_id: IdentityId;
  readonly type: CredentialType;
  readonly identifiers: string;
  readonly config: string;
  readonly version: number;
  readonly created_at: number;
  readonly updated_at: number;
}

function credentialOf(row: CredentialRow): Credential {
  return {
    type: row.type,
    identifiers: readJson<readonly Identifier[]>(row.identifiers),
    config: readJson(row.config),
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** Longest identifier or address; so that the unique index stays within what InnoDB takes. */
const LONGEST = 512;
const LONGEST_EXTERNAL_ID = 64;
/** The types whose identifiers a person may type or a provider may send; the others' are ids of our own. */
const SEARCHED: readonly CredentialType[] = ['password', 'code', 'webauthn', 'oidc'];
/** Sorts after every identifier that begins with the same text, in binary order of UTF-8. */
const LAST = '\u{10FFFF}';

type Side = 'identity_identifiers' | 'identity_addresses';
type Entry = { readonly kind: Taken['what']; readonly key: Readonly<Record<string, string>>; readonly value: string };

/** Statements that are built once. */
export interface IdentityStatements {
  readonly find: string;
  readonly login: string;
}

export function identityStatements(sql: Knex): IdentityStatements {
  const text = (builder: Knex.QueryBuilder): string => builder.toSQL().toNative().sql;
  return {
    find: text(sql('identities').select(IDENTITY_COLUMNS).where('id', '')),
    login: text(
      sql('identity_identifiers as n')
        .join('identities as i', 'i.id', 'n.identity_id')
        .join('credentials as c', (on) => on.on('c.identity_id', 'n.identity_id').andOn('c.type', 'n.type'))
        .where('n.type', '')
        .where('n.identifier', '')
        .select(IDENTITY_COLUMNS.map((column) => `i.${column}`))
        .select({
          type: 'c.type',
          identifiers: 'c.identifiers',
          config: 'c.config',
          credential_version: 'c.version',
          credential_created_at: 'c.created_at',
          credential_updated_at: 'c.updated_at',
        }),
    ),
  };
}

interface LoginRow extends IdentityRow {
  readonly type: CredentialType;
  readonly identifiers: string;
  readonly config: string;
  readonly credential_version: number;
  readonly credential_created_at: number;
  readonly credential_updated_at: number;
}

export function identityReads(executor: Executor, statements: IdentityStatements): IdentityReads {
  const { sql } = executor;
  const hot = (text: string, ...values: string[]): PreparedStatement => ({ text, values, hot: true });
  const all = (): Knex.QueryBuilder =>
    sql('identities').select(IDENTITY_COLUMNS.map((column) => `identities.${column}`));

  return {
    find: (id) => one(executor, hot(statements.find, id), identityOf),

    async findExternal(externalId) {
      return comparable(externalId)
        ? await one(executor, all().where('external_id', externalId), identityOf)
        : undefined;
    },

    credentials: (id) =>
      many(
        executor,
        sql('credentials')
          .select('identity_id', 'type', 'identifiers', 'config', 'version', 'created_at', 'updated_at')
          .where('identity_id', id)
          .orderBy('type'),
        credentialOf,
      ),

    async findByIdentifier(type, identifier) {
      if (!comparable(identifier)) return undefined;
      return await one(executor, hot(statements.login, type, identifier), (row: LoginRow) => ({
        identity: identityOf(row),
        credential: credentialOf({
          ...row,
          identity_id: row.id,
          version: row.credential_version,
          created_at: row.credential_created_at,
          updated_at: row.credential_updated_at,
        }),
      }));
    },

    async whoHas(identifiers) {
      const wanted = identifiers.filter(comparable);
      if (wanted.length === 0) return undefined;
      const rows = await executor.rows<{ readonly id: IdentityId; readonly type: CredentialType }>(
        sql('identity_identifiers as n')
          .join('credentials as c', 'c.identity_id', 'n.identity_id')
          .whereIn('n.type', SEARCHED)
          .whereIn('n.identifier', wanted)
          .distinct({ id: 'n.identity_id', type: 'c.type' })
          .orderBy(['id', 'type']),
      );
      const [first] = rows;
      if (first === undefined) return undefined;
      return { id: first.id, types: rows.filter(({ id }) => id === first.id).map(({ type }) => type) };
    },

    async findByAddress(kind, via, value) {
      if (!comparable(value)) return undefined;
      return await one(
        executor,
        all()
          .join('identity_addresses as a', 'a.identity_id', 'identities.id')
          .where({ 'a.kind': kind, 'a.via': via, 'a.value': value }),
        identityOf,
      );
    },

    async list({ after, size }) {
      const rows = all()
        .orderBy('id')
        .limit(size + 1);
      const found = await many(executor, after === undefined ? rows : rows.where('id', '>', after), identityOf);
      const items = found.slice(0, size);
      return { items, next: found.length > size ? items.at(-1)?.id : undefined };
    },

    async listByOffset({ page, size }) {
      const total = await count(executor, sql('identities'));
      const rows = all()
        .orderBy('id')
        .limit(size)
        .offset(page * size);
      return { items: await many(executor, rows, identityOf), total };
    },

    async findMany(ids) {
      return ids.length === 0 ? [] : await many(executor, all().whereIn('id', ids).orderBy('id'), identityOf);
    },

    async findByAnyIdentifier(identifier, how, size) {
      if (!comparable(identifier)) return [];
      const owners = sql('identity_identifiers').distinct('identity_id').whereIn('type', SEARCHED);
      const matching =
        how === 'exact'
          ? owners.where('identifier', identifier)
          : owners.where('identifier', '>=', identifier).where('identifier', '<', identifier + LAST);
      return await many(
        executor,
        all().join(matching.as('found'), 'found.identity_id', 'identities.id').orderBy('identities.id').limit(size),
        identityOf,
      );
    },
  };
}

export function identityWrites(executor: Executor, statements: IdentityStatements): IdentityWrites {
  const { sql } = executor;
  const reads = identityReads(executor, statements);

  return {
    ...reads,

    async insert(identity, credentials) {
      return await undoneIfTaken(identity, credentials, async () => {
        await executor.write(
          sql('identities').insert({
            id: identity.id,
            ...columnsOf(identity),
            version: Math.max(1, identity.version),
            created_at: identity.createdAt,
          }),
        );
        if (credentials.length > 0) {
          await executor.write(sql('credentials').insert(credentials.map((each) => credentialRow(identity.id, each))));
        }
        await add('identity_identifiers', identity.id, identifierEntries(credentials));
        await add('identity_addresses', identity.id, addressEntries(identity));
        return undefined;
      });
    },

    async update(identity, { credentials = [], removed = [], anyState = false }) {
      return await undoneIfTaken(identity, credentials, async () => {
        const row = sql('identities').where({ id: identity.id, version: identity.version });
        const changed = await executor.write(
          (anyState ? row : row.where('state', 'active')).update({
            ...columnsOf(identity),
            version: identity.version + 1,
          }),
        );
        if (changed === 0) return 'stale';
        await matchAddresses(identity);
        await matchCredentials(identity.id, credentials, removed);
        return undefined;
      });
    },

    async rehash(id, credential, config) {
      await executor.write(
        sql('credentials')
          .where({ identity_id: id, type: credential.type, config: JSON.stringify(credential.config) })
          .update({ config: JSON.stringify(config) }),
      );
    },

    async delete(id) {
      // Flows and secrets may name an identity that is only drafted, so no foreign key leads from them.
      await executor.write(sql('flows').where('identity_id', id).delete());
      await executor.write(sql('one_time_secrets').where('identity_id', id).delete());
      return (await executor.write(sql('identities').where('id', id).delete())) > 0;
    },
  };

  /** A unique value of somebody else undoes what was begun, so that a caller who commits all the same stores nothing half. */
  async function undoneIfTaken<T>(
    identity: Identity,
    credentials: readonly Credential[],
    work: () => Promise<T>,
  ): Promise<T | Taken> {
    try {
      return await savepoint(executor, 'identity', work);
    } catch (error) {
      if (executor.dialect.faultOf(error) !== 'taken') throw error;
      return await whatIsTaken(identity, credentials, error);
    }
  }

  async function whatIsTaken(identity: Identity, credentials: readonly Credential[], error: unknown): Promise<Taken> {
    const identifiers = identifierEntries(credentials);
    const addresses = addressEntries(identity);
    for (const [side, entries] of [
      ['identity_identifiers', identifiers],
      ['identity_addresses', addresses],
    ] as const) {
      for (const { kind, key, value } of entries) {
        const owner = await executor.first<{ readonly identity_id: string }>(
          sql(side).select('identity_id').where(key),
        );
        if (owner !== undefined && owner.identity_id !== identity.id) return { kind: 'taken', what: kind, value };
      }
    }
    if (identity.externalId !== undefined) {
      const other = await reads.findExternal(identity.externalId);
      if (other !== undefined && other.id !== identity.id) {
        return { kind: 'taken', what: 'external_id', value: identity.externalId };
      }
    }
    if ((await reads.find(identity.id)) !== undefined) return { kind: 'taken', what: 'id', value: identity.id };
    // The other one has gone meanwhile, or is not committed; it was there when we asked for the value.
    const [first] = [...identifiers, ...addresses];
    if (first === undefined) throw error;
    return { kind: 'taken', what: first.kind, value: first.value };
  }

  async function matchCredentials(
    id: IdentityId,
    credentials: readonly Credential[],
    removed: readonly CredentialType[],
  ): Promise<void> {
    const types = [...new Set([...credentials.map(({ type }) => type), ...removed])];
    if (types.length === 0) return;
    const given = new Set(credentials.map(({ type }) => type));
    const gone = removed.filter((type) => !given.has(type));
    if (gone.length > 0) {
      await executor.write(sql('credentials').where('identity_id', id).whereIn('type', gone).delete());
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
    await match('identity_identifiers', id, stored, identifierEntries(credentials));
  }

  async function matchAddresses(identity: Identity): Promise<void> {
    const stored = await executor.rows<{ readonly kind: string; readonly via: string; readonly value: string }>(
      sql('identity_addresses').select('kind', 'via', 'value').where('identity_id', identity.id),
    );
    await match('identity_addresses', identity.id, stored, addressEntries(identity));
  }

  /** Makes the rows of a side table what they should be, touching only those that differ. */
  async function match(
    side: Side,
    id: IdentityId,
    stored: readonly Readonly<Record<string, string>>[],
    wanted: readonly Entry[],
  ): Promise<void> {
    const known = new Set(stored.map(nameOf));
    const kept = new Set(wanted.map(({ key }) => nameOf(key)));
    for (const row of stored) {
      if (!kept.has(nameOf(row)))
        await executor.write(
          sql(side)
            .where({ ...row, identity_id: id })
            .delete(),
        );
    }
    await add(
      side,
      id,
      wanted.filter(({ key }) => !known.has(nameOf(key))),
    );
  }

  async function add(side: Side, id: IdentityId, entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return;
    await executor.write(sql(side).insert(entries.map(({ key }) => ({ ...key, identity_id: id }))));
  }
}

function columnsOf(identity: Identity): Omit<IdentityRow, 'id' | 'version' | 'created_at'> {
  if (identity.externalId === '') throw new SallyportError('bad_request', 'An external id must not be empty.');
  return {
    external_id:
      identity.externalId === undefined ? null : keyText(identity.externalId, LONGEST_EXTERNAL_ID, 'external id'),
    schema_id: keyText(identity.schemaId, 255, 'schema id'),
    state: identity.state,
    state_changed_at: identity.stateChangedAt,
    traits: JSON.stringify(identity.traits),
    metadata_public: writeJsonOrNull(identity.metadataPublic),
    metadata_admin: writeJsonOrNull(identity.metadataAdmin),
    verifiable_addresses: JSON.stringify(identity.verifiableAddresses),
    recovery_addresses: JSON.stringify(identity.recoveryAddresses),
    available_aal: identity.availableAal,
    updated_at: identity.updatedAt,
  };
}

function credentialRow(id: IdentityId, credential: Credential): CredentialRow {
  return {
    identity_id: id,
    type: credential.type,
    identifiers: JSON.stringify(credential.identifiers),
    config: JSON.stringify(credential.config),
    version: credential.version,
    created_at: credential.createdAt,
    updated_at: credential.updatedAt,
  };
}

function identifierEntries(credentials: readonly Credential[]): readonly Entry[] {
  return credentials.flatMap(({ type, identifiers }) =>
    [...new Set(identifiers)].map((value): Entry => {
      const identifier = keyText(value, LONGEST, 'identifier');
      return { kind: 'identifier', key: { type, identifier }, value };
    }),
  );
}

function addressEntries({ verifiableAddresses, recoveryAddresses }: Identity): readonly Entry[] {
  const entry = (kind: 'verifiable' | 'recovery', via: Channel, value: string): Entry => ({
    kind: `${kind}_address`,
    key: { kind, via, value: keyText(value, LONGEST, 'address') },
    value,
  });
  return [
    ...verifiableAddresses.map(({ via, value }) => entry('verifiable', via, value)),
    ...recoveryAddresses.map(({ via, value }) => entry('recovery', via, value)),
  ].filter(({ key }, i, all) => all.findIndex((other) => nameOf(other.key) === nameOf(key)) === i);
}

/** The key of a side table's row, as one text. */
function nameOf(key: Readonly<Record<string, string>>): string {
  return JSON.stringify(
    Object.keys(key)
      .toSorted()
      .map((name) => key[name]),
  );
}
