import knex, { type Knex } from 'knex';
import type { Dsn } from '../../config/config.ts';
import type { FlowKind, FlowReads, FlowRow } from '../../flow/flow.ts';
import { SallyportError } from '../../kernel/error.ts';
import type { Identity } from '../../identity/identity.ts';
import type { FlowId, IdentityId, SessionId } from '../../kernel/id.ts';
import type { Random } from '../../kernel/random.ts';
import type { Session } from '../../session/session.ts';
import type { Database, Executor } from './connection.ts';
import type { DatabaseSource } from './database-source.ts';
import { flowReads, flowStatements } from './tables/flows.ts';
import { identityReads, identityStatements } from './tables/identities.ts';
import { sessionReads, sessionStatements } from './tables/sessions.ts';
import { databaseOf } from './databases.ts';
import { knexConfig } from './knex-config.ts';
import { assertMigrated } from './migration/assert-migrated.ts';

/** Recorded flows, for commands that read and never write. */
export interface History extends Pick<FlowReads, 'find' | 'journal'> {
  /** Ids of flows of a kind that have records since a time, newest first. */
  recent(kind: FlowKind, since: number, most: number): Promise<readonly FlowId[]>;
  /** Submits of a kind that were recorded since a time, newest first. */
  records(kind: FlowKind, since: number, most: number): Promise<readonly RecordedSubmit[]>;
  identity(id: IdentityId): Promise<Identity | undefined>;
  /** A session whose row is still there. */
  session(id: SessionId): Promise<Session | undefined>;
  /** The mails that a flow caused, and those sent to its identity while the flow was open; oldest first. */
  mails(id: FlowId, row: FlowRow | undefined): Promise<readonly SentMail[]>;
  close(): Promise<void>;
}

export interface RecordedSubmit {
  readonly flowId: FlowId;
  readonly method: string | undefined;
  readonly identityId: IdentityId | undefined;
  readonly sessionId: SessionId | undefined;
}

/** A mail without its content and its recipient. */
export interface SentMail {
  readonly template: string;
  readonly status: string;
  readonly tries: number;
  /** The error of the last failed try. */
  readonly error: string | undefined;
  readonly at: number;
}

interface StoredMail {
  readonly id: string;
  readonly template: string;
  readonly status: string;
  readonly send_count: number;
  readonly updated_at: number;
}

/**
 * Opens a database for reading only, so that a server beside it is not disturbed. Throws `invalid_configuration` for a
 * database in memory and `unavailable` when there is none.
 */
export async function openHistory(dsn: Dsn, random: Random): Promise<History> {
  const source = databaseOf(dsn);
  if (source.temporary) {
    throw new SallyportError(
      'invalid_configuration',
      'This configuration keeps its data in the memory of the server (dsn: memory), where no other process can read it.',
    );
  }
  if (!source.exists()) throw new SallyportError('unavailable', `There is no database at ${source.place}.`);
  const sql = knex(knexConfig(dsn));
  const { outside, close } = await openMigrated(source, sql, random);
  const reads = flowReads(outside, flowStatements(sql));
  const identities = identityReads(outside, identityStatements(sql));
  const sessions = sessionReads(outside, sessionStatements(sql, source.dialect));
  return {
    find: async (id): Promise<FlowRow | undefined> => await reads.find(id),
    journal: async (id) => await reads.journal(id),
    async recent(kind, since, most) {
      const rows = await outside.rows<{ readonly id: FlowId }>(
        sql('flows')
          .select('id')
          .where('kind', kind)
          .where('issued_at', '>=', since)
          .orderBy('issued_at', 'desc')
          .limit(most),
      );
      return rows.map(({ id }) => id);
    },
    async records(kind, since, most) {
      const rows = await outside.rows<{
        readonly flow_id: FlowId;
        readonly method: string | null;
        readonly identity_id: IdentityId | null;
        readonly session_id: SessionId | null;
      }>(
        sql('flow_journal')
          .select('flow_id', 'method', 'identity_id', 'session_id')
          .where('kind', kind)
          .where('at', '>=', since)
          .orderBy('at', 'desc')
          .limit(most),
      );
      return rows.map(({ flow_id: flowId, method, identity_id: identityId, session_id: sessionId }) => ({
        flowId,
        method: method ?? undefined,
        identityId: identityId ?? undefined,
        sessionId: sessionId ?? undefined,
      }));
    },
    identity: async (id) => await identities.find(id),
    session: async (id) => (await sessions.find(id))?.session,
    mails: async (id, row) => await mailsOf(outside, id, row),
    close,
  };
}

/** Throws `unavailable` also for a database whose schema does not fit. */
async function openMigrated(
  source: DatabaseSource,
  sql: Knex,
  random: Random,
): Promise<Pick<Database, 'outside' | 'close'>> {
  try {
    const database = await source.openToRead(sql, { random, log: { warn: () => undefined }, watch: undefined });
    await assertMigrated(database.outside);
    return database;
  } catch (error) {
    await sql.destroy();
    throw error;
  }
}

async function mailsOf(executor: Executor, id: FlowId, row: FlowRow | undefined): Promise<readonly SentMail[]> {
  const { sql } = executor;
  const statement = sql('outbox')
    .select('id', 'template', 'status', 'send_count', 'updated_at')
    .where('flow_id', id)
    .orderBy(['created_at', 'id']);
  if (row?.identityId !== undefined) {
    const { identityId, issuedAt, updatedAt } = row;
    statement.orWhere(
      (or) => void or.where('identity_id', identityId).whereBetween('created_at', [issuedAt, updatedAt]),
    );
  }
  const mails = await executor.rows<StoredMail>(statement);
  return await Promise.all(
    mails.map(async (mail): Promise<SentMail> => {
      const failed = await executor.first<{ readonly error: string | null }>(
        sql('outbox_dispatches').select('error').where('message_id', mail.id).where('status', 'failed').orderBy('created_at', 'desc').limit(1),
      );
      return { template: mail.template, status: mail.status, tries: mail.send_count, error: mail.status === 'sent' ? undefined : (failed?.error ?? undefined), at: mail.updated_at };
    }),
  ); // prettier-ignore
}
