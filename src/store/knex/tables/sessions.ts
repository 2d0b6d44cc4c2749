import type { Knex } from 'knex';
import { SallyportError } from '../../../kernel/error.ts';
import type { SessionId } from '../../../kernel/id.ts';
import type { Device, SessionReads, SessionWithIdentity, SessionWrites } from '../../../session/session.ts';
import type { Dialect } from '../dialect.ts';
import type { Executor } from '../connection.ts';
import { readJson } from '../columns.ts';
import { endManySessions } from './end-many-sessions.ts';
import { IDENTITY_COLUMNS } from './identity-rows.ts';
import { changing, SESSION_COLUMNS, sessionOf, ofPeople, type SessionRow, which } from './session-rows.ts';
import { withIdentityOf, type SessionWithIdentityRow } from './session-with-identity.ts';
import { fill, template, type Template } from '../template.ts';
import { count, many, newestFirst, one } from '../rows.ts';

/** Statements that are built once. Every request with a session runs the look-up by token. */
export interface SessionStatements {
  readonly byToken: string;
  readonly byId: string;
  readonly insert: Template;
}

const NEW_COLUMNS = [
  'id',
  'token_hash',
  'flow_id',
  'identity_id',
  'authenticated_at',
  'expires_at',
  'aal',
  'methods',
  'devices',
  'active',
  'issued_at',
  'created_at',
] as const;

export function sessionStatements(sql: Knex, dialect: Dialect): SessionStatements {
  const withIdentity = (column: string): string =>
    sql('sessions as s')
      .join('identities as i', 'i.id', 's.identity_id')
      .where(column, '')
      .select(SESSION_COLUMNS)
      .select(IDENTITY_COLUMNS.map((name) => `i.${name}`))
      .toSQL()
      .toNative().sql;
  const current = sql('identities')
    .select(NEW_COLUMNS.map((column) => sql.raw('?', [column])))
    .where({ id: 'identity_id', version: 'version', state: 'state' });
  // The lock keeps the identity from being changed between this check and the commit.
  const into = sql(sql.raw(`?? (${NEW_COLUMNS.map(() => '??').join(', ')})`, ['sessions', ...NEW_COLUMNS]));
  return {
    byToken: withIdentity('s.token_hash'),
    byId: withIdentity('s.id'),
    insert: template(into.insert(dialect.locked(current))),
  };
}

/** Sessions whose devices tell where an account signs in. */
const MOST_DEVICES = 100;

/** Reads sessions, with the identity where a request needs both. */
export function sessionReads(
  executor: Executor,
  statements: SessionStatements,
  valueOf: (token: string, row: SessionWithIdentityRow) => SessionWithIdentity = (_token, row) => withIdentityOf(row),
): SessionReads {
  const { sql } = executor;
  return {
    findByToken: (hash) =>
      one(executor, { text: statements.byToken, values: [hash], hot: true }, (row: SessionWithIdentityRow) =>
        valueOf(hash, row),
      ),
    find: (id) => one(executor, { text: statements.byId, values: [id], hot: true }, withIdentityOf),

    async signedInFrom(identity, since) {
      const newest = sql('sessions as s')
        .join('identities as i', 'i.id', 's.identity_id')
        .where('s.identity_id', identity)
        .where('s.created_at', '>=', since)
        .where('s.created_at', '>=', sql.ref('i.devices_since'))
        .select('s.devices')
        .orderBy('s.created_at', 'desc')
        .limit(MOST_DEVICES);
      const found = await many(executor, newest, ({ devices }: Pick<SessionRow, 'devices'>) =>
        readJson<readonly Device[]>(devices).map(({ ipAddress }) => ipAddress),
      );
      return [...new Set(found.flat())];
    },

    async listOf(identity, { active, except, page, size, ...moment }) {
      const own = sql('sessions as s').where('s.identity_id', identity);
      const rows = which(except === undefined ? own : own.whereNot('s.id', except), active, moment);
      const total = await count(executor, rows);
      const shown = newestFirst(rows.select(SESSION_COLUMNS), { after: undefined, size }, 's.').offset(page * size);
      return { items: await many(executor, shown, sessionOf), total };
    },

    async list({ active, after, size, ...moment }) {
      const rows = ofPeople(sql, active, moment);
      return await many(
        executor,
        newestFirst(rows.select(SESSION_COLUMNS).select('s.created_at'), { after, size }, 's.'),
        (row: SessionRow & { readonly created_at: number }) => ({
          session: sessionOf(row),
          createdAt: row.created_at,
        }),
      );
    },
  };
}

/** Sessions that one sign-in ends at most, when the number that is allowed was lowered; the next one goes on. */
const MOST_ENDED = 1_000;

/** Keeps to a number of sessions of one identity. */
function sessionsByNumber(executor: Executor): Pick<SessionWrites, 'lock' | 'endOldest'> {
  const { sql } = executor;
  return {
    async lock(identity) {
      await executor.rows(executor.dialect.locked(sql('identities').select('id').where('id', identity)));
    },

    async endOldest(identity, { most, keep, ...moment }) {
      const own = sql('sessions as s').select({ id: 's.id' }).where('s.identity_id', identity).whereNot('s.id', keep);
      const others = which(own, true, moment);
      const size = MOST_ENDED;
      const rows = newestFirst(others, { after: undefined, size }, 's.').offset(most - 1);
      const ids = (await executor.rows<{ readonly id: SessionId }>(rows)).map(({ id }) => id);
      if (ids.length > 0) await executor.write(sql('sessions').whereIn('id', ids).update({ active: 0 }));
      return ids;
    },
  };
}

/** Issues, extends and revokes sessions inside a transaction. */
export function sessionWrites(executor: Executor, statements: SessionStatements): SessionWrites {
  const { sql } = executor;

  return {
    ...sessionReads(executor, statements),
    ...sessionsByNumber(executor),

    async insert(session, token, identity, flow) {
      const values = {
        id: session.id,
        token_hash: token,
        flow_id: flow ?? null,
        identity_id: session.identityId,
        ...changing(session),
        active: session.active ? 1 : 0,
        issued_at: session.issuedAt,
        created_at: session.issuedAt,
        version: identity.version,
        state: 'active',
      };
      try {
        const inserted = await executor.write(fill(statements.insert, values));
        return inserted === 0 ? 'stale' : undefined;
      } catch (error) {
        if (executor.dialect.faultOf(error) !== 'taken') throw error;
        throw new SallyportError('flow_moved', 'The flow has issued its session already.', { cause: error });
      }
    },

    async update(session, token) {
      const changed = await executor.write(
        sql('sessions')
          .where({ id: session.id, active: 1 })
          .update({
            ...changing(session),
            active: session.active,
            issued_at: session.issuedAt,
            ...(token !== undefined && { token_hash: token }),
          }),
      );
      return changed === 0 ? 'stale' : undefined;
    },

    async seen(id, now, before) {
      const used = sql('sessions').where({ id, active: 1 });
      const unseen = used.where((either) => void either.whereNull('last_seen').orWhere('last_seen', '<=', before));
      await executor.write(unseen.update({ last_seen: now }));
    },

    extend: async (id, expiresAt) =>
      (await executor.write(sql('sessions').where({ id, active: 1 }).update({ expires_at: expiresAt }))) > 0,

    revoke: async (id) => (await executor.write(sql('sessions').where({ id, active: 1 }).update({ active: 0 }))) > 0,

    async revokeOthers(identity, keep) {
      const own = sql('sessions').where('identity_id', identity);
      return await executor.write((keep === undefined ? own : own.whereNot('id', keep)).update({ active: 0 }));
    },

    deleteOf: async (identity) => await executor.write(sql('sessions').where('identity_id', identity).delete()),
    endMany: endManySessions(executor),
  };
}
