import type { Knex } from 'knex';
import type { IdentityId, MessageId } from '../../../kernel/id.ts';
import type { Clock } from '../../../kernel/clock.ts';
import type {
  Dispatch,
  Mail,
  MessageStatus,
  OutboxMessage,
  OutboxQueue,
  OutboxReads,
  OutboxWrites,
  TemplateType,
} from '../../../courier/message.ts';
import type { Database, Executor } from '../connection.ts';
import { comparable, keyText, plainText, readJson } from '../columns.ts';
import { many, newestFirst } from '../rows.ts';

/** Bodies of mails that are done with go after a day, their rows after thirty. */
export const BODY_KEPT = 86_400_000;
export const ROW_KEPT = 30 * BODY_KEPT;

/** What stands in for a mail goes soon, as a whole. */
const STAND_IN_KEPT = 60_000;

/** Within the index that lists by recipient; web hooks are addressed by URL. */
const LONGEST_RECIPIENT = 700;

interface MessageRow {
  readonly id: MessageId;
  readonly type: Mail['type'];
  readonly channel: string;
  readonly status: 'queued' | 'sent' | 'abandoned';
  readonly recipient: string;
  readonly template: TemplateType;
  readonly data: string | null;
  readonly subject: string;
  readonly body: string | null;
  readonly useful_until: number | null;
  readonly identity_id: IdentityId | null;
  readonly flow_id: string | null;
  readonly send_count: number;
  readonly due_at: number;
  readonly locked_until: number;
  readonly created_at: number;
  readonly updated_at: number;
}

const COLUMNS = [
  'id',
  'type',
  'channel',
  'status',
  'recipient',
  'template',
  'data',
  'subject',
  'body',
  'useful_until',
  'identity_id',
  'flow_id',
  'send_count',
  'due_at',
  'locked_until',
  'created_at',
  'updated_at',
] as const;

/** A leased row stays `queued`, so that it comes back when its worker dies; meanwhile it reads as `processing`. */
function messageOf(row: MessageRow, now: number): OutboxMessage {
  return {
    id: row.id,
    type: row.type,
    channel: row.channel,
    status: row.status === 'queued' && row.locked_until > now ? 'processing' : row.status,
    recipient: row.recipient,
    template: row.template,
    data: row.data === null ? {} : readJson(row.data),
    subject: row.subject,
    body: row.body ?? '',
    usefulUntil: row.useful_until ?? undefined,
    identityId: row.identity_id ?? undefined,
    flowId: row.flow_id ?? undefined,
    sendCount: row.send_count,
    dueAt: row.due_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

interface DispatchRow {
  readonly id: string;
  readonly message_id: MessageId;
  readonly status: Dispatch['status'];
  readonly error: string | null;
  readonly created_at: number;
}

export function outboxReads(executor: Executor, clock: Clock): OutboxReads {
  const { sql } = executor;
  return {
    async find(id) {
      const row = await executor.first<MessageRow>(sql('outbox').select(COLUMNS).where('id', id));
      if (row === undefined) return undefined;
      const dispatches = await executor.rows<DispatchRow>(
        sql('outbox_dispatches').select('*').where('message_id', id).orderBy(['created_at', 'id']),
      );
      return {
        message: messageOf(row, clock.now()),
        dispatches: dispatches.map((each) => ({
          id: each.id,
          messageId: each.message_id,
          status: each.status,
          error: each.error ?? undefined,
          createdAt: each.created_at,
        })),
      };
    },

    async list({ status, recipient, after, size }) {
      if (recipient !== undefined && !comparable(recipient)) return [];
      const now = clock.now();
      const rows = withStatus(sql('outbox').select(COLUMNS), status, now).whereNot('channel', 'none');
      if (recipient !== undefined) void rows.where('recipient', recipient);
      return await many(executor, newestFirst(rows, { after, size }), (row: MessageRow) => messageOf(row, now));
    },

    async depth() {
      const row = await executor.first<{ readonly queued: number; readonly oldest: number | null }>(
        sql('outbox').where('status', 'queued').count({ queued: '*' }).min({ oldest: 'created_at' }),
      );
      const oldest = row?.oldest ?? undefined;
      return {
        queued: Number(row?.queued ?? 0),
        oldestAge: oldest === undefined ? 0 : Math.max(clock.now() - Number(oldest), 0),
      };
    },
  };
}

function withStatus(rows: Knex.QueryBuilder, status: MessageStatus | undefined, now: number): Knex.QueryBuilder {
  if (status === undefined) return rows;
  if (status === 'processing') return rows.where('status', 'queued').where('locked_until', '>', now);
  if (status === 'queued') return rows.where('status', 'queued').where('locked_until', '<=', now);
  return rows.where('status', status);
}

export function outboxWrites(executor: Executor, clock: Clock): OutboxWrites {
  const { sql } = executor;
  return {
    ...outboxReads(executor, clock),

    async put(message) {
      const standIn = message.channel === 'none';
      const over = message.status === 'sent' || message.status === 'abandoned';
      await replaceOlder(executor, message);
      await executor.write(
        sql('outbox').insert({
          id: message.id,
          type: message.type,
          channel: message.channel,
          status: message.status === 'processing' ? 'queued' : message.status,
          recipient: keyText(message.recipient, LONGEST_RECIPIENT, 'recipient'),
          template: message.template,
          data: JSON.stringify(message.data),
          subject: plainText(message.subject),
          body: plainText(message.body),
          useful_until: message.usefulUntil ?? null,
          identity_id: message.identityId ?? null,
          flow_id: message.flowId ?? null,
          send_count: message.sendCount,
          due_at: message.dueAt,
          locked_by: null,
          locked_until: 0,
          clear_at: over ? message.updatedAt + (standIn ? STAND_IN_KEPT : BODY_KEPT) : null,
          created_at: message.createdAt,
          updated_at: message.updatedAt,
        }),
      );
    },
  };
}

/** Messages of which the last one counts: what an older one tells is void once this is written (reliability R-15). */
const REPLACES = /_(?:valid|invalid)$/;

/**
 * Cancels what the same flow wanted told to the same person before, as far as nobody is sending it this moment. Always one
 * statement, whether there is anything or not (security EN-3).
 */
async function replaceOlder(
  executor: Executor,
  { flowId, template, recipient, updatedAt: now }: OutboxMessage,
): Promise<void> {
  if (flowId === undefined || !REPLACES.test(template)) return;
  await executor.write(
    executor
      .sql('outbox')
      .where({ recipient, flow_id: flowId, template, status: 'queued' })
      .where('locked_until', '<=', now)
      .update({ status: 'abandoned', updated_at: now, clear_at: now + BODY_KEPT }),
  );
}

export function outboxQueue(database: Database, clock: Clock): OutboxQueue {
  const { outside } = database;
  const { sql } = outside;

  return {
    async take(worker, count, now, until) {
      const won: OutboxMessage[] = [];
      while (won.length < count) {
        const due = await outside.rows<MessageRow>(
          sql('outbox')
            .select(COLUMNS)
            .where('status', 'queued')
            .where('due_at', '<=', now)
            .where('locked_until', '<', now)
            .orderBy('due_at')
            .limit(count - won.length),
        );
        if (due.length === 0) break;
        for (const row of due) {
          const taken = await outside.write(
            sql('outbox')
              .where({ id: row.id, status: 'queued' })
              .where('due_at', '<=', now)
              .where('locked_until', '<', now)
              .update({ locked_by: worker, locked_until: until, updated_at: now }),
          );
          if (taken > 0) won.push(messageOf({ ...row, locked_until: until, updated_at: now }, clock.now()));
        }
      }
      return won;
    },

    async settle(id, worker, { status, dueAt, dispatch, now }) {
      return await database.transaction(async (inside) => {
        const settled = await inside.write(
          sql('outbox')
            .where({ id, status: 'queued', locked_by: worker })
            .update({
              status,
              send_count: sql.raw('send_count + 1'),
              locked_by: null,
              locked_until: 0,
              updated_at: now,
              clear_at: status === 'queued' ? null : now + BODY_KEPT,
              ...(dueAt !== undefined && { due_at: dueAt }),
            }),
        );
        if (settled === 0) return false;
        await inside.write(
          sql('outbox_dispatches').insert({
            id: dispatch.id,
            message_id: id,
            status: dispatch.status,
            error: dispatch.error === undefined ? null : plainText(dispatch.error),
            created_at: dispatch.createdAt,
          }),
        );
        return true;
      });
    },
  };
}
