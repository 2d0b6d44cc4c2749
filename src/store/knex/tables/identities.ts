import type { Knex } from 'knex';
import { authenticatorHash } from '../../../identity/authenticators.ts';
import type { IdentityId } from '../../../kernel/id.ts';
import type { JsonObject } from '../../../kernel/json.ts';
import type { Credential, CredentialType, Identity, IdentityReads } from '../../../identity/identity.ts';
import { comparable } from '../columns.ts';
import type { Executor, PreparedStatement } from '../connection.ts';
import { count, many, one } from '../rows.ts';
import { credentialOf, IDENTITY_COLUMNS, identityOf, type IdentityRow } from './identity-rows.ts';

/** Types whose identifiers a person types or a provider sends; those of other types are ids that the server drew. */
const SEARCHED: readonly CredentialType[] = ['password', 'code', 'webauthn', 'oidc'];
/** Sorts after every identifier that begins with the same text, in binary order of UTF-8. */
const LAST = '\u{10FFFF}';

/** The text of the statements that every request runs, built once. */
export interface IdentityStatements {
  /** Value: the id of an identity. */
  readonly find: string;
  /** Values: the type of a credential, its identifier. */
  readonly login: string;
  /** Value: the hash of a key's id. */
  readonly byCredentialId: string;
}

export function identityStatements(sql: Knex): IdentityStatements {
  const text = (builder: Knex.QueryBuilder): string => builder.toSQL().toNative().sql;
  return {
    find: text(sql('identities').select(IDENTITY_COLUMNS).where('id', '')),
    login: text(withAccount(sql('identity_identifiers as n')).where('n.type', '').where('n.identifier', '')),
    byCredentialId: text(withAccount(sql('authenticators as n')).where('n.id_hash', '')),
  };
}

/** The identity and the credential that a row is of, which names both. */
const withAccount = (rows: Knex.QueryBuilder): Knex.QueryBuilder =>
  rows
    .join('identities as i', 'i.id', 'n.identity_id')
    .join('credentials as c', (on) => on.on('c.identity_id', 'n.identity_id').andOn('c.type', 'n.type'))
    .select(IDENTITY_COLUMNS.map((column) => `i.${column}`))
    .select({
      type: 'c.type',
      identifiers: 'c.identifiers',
      config: 'c.config',
      credential_version: 'c.version',
      credential_created_at: 'c.created_at',
      credential_updated_at: 'c.updated_at',
    });

interface LoginRow extends IdentityRow {
  readonly type: CredentialType;
  readonly identifiers: string;
  readonly config: string;
  readonly credential_version: number;
  readonly credential_created_at: number;
  readonly credential_updated_at: number;
}

function loginOf(row: LoginRow): { readonly identity: Identity; readonly credential: Credential } {
  return {
    identity: identityOf(row),
    credential: credentialOf({
      ...row,
      identity_id: row.id,
      version: row.credential_version,
      created_at: row.credential_created_at,
      updated_at: row.credential_updated_at,
    }),
  };
}

/** Reads identities, each in one statement. */
export function identityReads(executor: Executor, statements: IdentityStatements): IdentityReads {
  return { ...findsOne(executor, statements), ...listsMany(executor) };
}

const all = ({ sql }: Executor): Knex.QueryBuilder =>
  sql('identities').select(IDENTITY_COLUMNS.map((column) => `identities.${column}`));

type Lists = Pick<
  IdentityReads,
  'list' | 'listByOffset' | 'countTo' | 'findMany' | 'findByAnyIdentifier' | 'configsOf'
>;

function findsOne(executor: Executor, statements: IdentityStatements): Omit<IdentityReads, keyof Lists> {
  const { sql } = executor;
  const hot = (text: string, ...values: string[]): PreparedStatement => ({ text, values, hot: true });
  return {
    find: (id) => one(executor, hot(statements.find, id), identityOf),

    async findExternal(externalId) {
      return comparable(externalId)
        ? await one(executor, all(executor).where('external_id', externalId), identityOf)
        : undefined;
    },

    credentials: (id) =>
      many(
        executor,
        sql('credentials')
          .select('identity_id', 'type', 'identifiers', 'config', 'version', 'created_at', 'updated_at', 'last_step')
          .where('identity_id', id)
          .orderBy('type'),
        credentialOf,
      ),

    async findByIdentifier(type, identifier) {
      if (!comparable(identifier)) return undefined;
      return await one(executor, hot(statements.login, type, identifier), loginOf);
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

    findByCredentialId: (id) =>
      one(executor, { text: statements.byCredentialId, values: [authenticatorHash(id)] }, loginOf),

    async findByAddress(kind, via, value) {
      if (!comparable(value)) return undefined;
      return await one(
        executor,
        all(executor)
          .join('identity_addresses as a', 'a.identity_id', 'identities.id')
          .where({ 'a.kind': kind, 'a.via': via, 'a.value': value }),
        identityOf,
      );
    },
  };
}

interface ConfigRow {
  readonly identity_id: IdentityId;
  readonly type: CredentialType;
  /** Null: of another type. */
  readonly config: string | null;
}

function listsByNumber(executor: Executor): Pick<Lists, 'listByOffset' | 'countTo'> {
  const { sql } = executor;
  return {
    async listByOffset({ page, size }) {
      const rows = all(executor)
        .orderBy('id')
        .limit(size)
        .offset(page * size);
      return await many(executor, rows, identityOf);
    },

    async countTo(most) {
      const some = sql('identities')
        .select('id')
        .orderBy('id')
        .limit(most + 1);
      const total = await count(executor, sql(some.as('found')));
      return total > most ? undefined : total;
    },
  };
}

function listsMany(executor: Executor): Lists {
  const { sql } = executor;
  const findMany: Lists['findMany'] = async (ids) =>
    ids.length === 0 ? [] : await many(executor, all(executor).whereIn('id', ids).orderBy('id'), identityOf);
  return {
    async list({ after, size }) {
      const rows = all(executor)
        .orderBy('id')
        .limit(size + 1);
      const found = await many(executor, after === undefined ? rows : rows.where('id', '>', after), identityOf);
      const items = found.slice(0, size);
      return { items, next: found.length > size ? items.at(-1)?.id : undefined };
    },

    ...listsByNumber(executor),

    async configsOf(type, { after, size }) {
      const config = sql.raw('CASE WHEN type = ? THEN config END AS config', [type]);
      const rows = sql('credentials')
        .select('identity_id', 'type', config)
        .orderBy(['identity_id', 'type'])
        .limit(size);
      // The first comparison alone bounds the index; the second only tells the credentials of one identity apart.
      if (after !== undefined)
        void rows
          .where('identity_id', '>=', after.identity)
          .where((either) => void either.where('identity_id', '>', after.identity).orWhere('type', '>', after.type));
      const found = await executor.rows<ConfigRow>(rows);
      const last = found.at(-1);
      return {
        configs: found.flatMap((row) => (row.config === null ? [] : [JSON.parse(row.config) as JsonObject])),
        next: found.length < size || last === undefined ? undefined : { identity: last.identity_id, type: last.type },
      };
    },

    findMany,

    async findByAnyIdentifier(identifier, how, size) {
      if (!comparable(identifier)) return [];
      // Of each kind the first ones by the index: a short beginning costs no more than a long one.
      const found = await Promise.all(
        SEARCHED.map((type) => {
          const kind = sql('identity_identifiers')
            .select('identity_id')
            .where({ type })
            .orderBy('identifier')
            .limit(size);
          return executor.rows<{ readonly identity_id: IdentityId }>(
            how === 'exact'
              ? kind.where({ identifier })
              : kind.where('identifier', '>=', identifier).where('identifier', '<', identifier + LAST),
          );
        }),
      );
      const owners = new Set(found.flat().map(({ identity_id }) => identity_id));
      return await findMany([...owners].toSorted().slice(0, size));
    },
  };
}
