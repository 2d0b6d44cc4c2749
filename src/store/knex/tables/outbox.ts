import type { Knex } from 'knex';
import type { MessageStatus, OutboxMessage, OutboxReads, OutboxWrites } from '../../../courier/message.ts';
import type { Clock } from '../../../kernel/clock.ts';
import { comparable, keyText, plainText } from '../columns.ts';
import type { Executor } from '../connection.ts';
import { many, newestFirst } from '../rows.ts';
import { BODY_KEPT, MESSAGE_COLUMNS, messageOf, type DispatchRow, type MessageRow } from './outbox-rows.ts';

/** A stand-in is written where no message is sent, so that both cases write alike; kept so many milliseconds. */
const STAND_IN_KEPT = 60_000;

/** The longest recipient, within the index that lists by recipient. A web hook is addressed by its URL. */
const LONGEST_RECIPIENT = 700;

/** Reads messages for the admin API and the inbox. */
export function outboxReads(executor: Executor, clock: Clock): OutboxReads {
  const { sql } = executor;
  return {
    async find(id) {
      const row = await executor.first<MessageRow>(sql('outbox').select(MESSAGE_COLUMNS).where('id', id));
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
      const rows = withStatus(sql('outbox').select(MESSAGE_COLUMNS), status, now).whereNot('channel', 'none');
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

    async dueSince(now) {
      const due = free(executor, now).select('due_at').orderBy('due_at').limit(1);
      return (await executor.first<{ readonly due_at: number }>(due))?.due_at;
    },
  };
}

/** Messages that are due and that no courier holds. */
export const free = ({ sql }: Pick<Executor, 'sql'>, now: number): Knex.QueryBuilder =>
  sql('outbox').where('status', 'queued').where('due_at', '<=', now).where('locked_until', '<', now);

function withStatus(rows: Knex.QueryBuilder, status: MessageStatus | undefined, now: number): Knex.QueryBuilder {
  if (status === undefined) return rows;
  if (status === 'processing') return rows.where('status', 'queued').where('locked_until', '>', now);
  if (status === 'queued') return rows.where('status', 'queued').where('locked_until', '<=', now);
  return rows.where('status', status);
}

/** Queues messages inside the transaction that they tell of. */
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

/** Template types where a new message cancels queued older ones of the same flow (reliability R-15). */
const REPLACES = /_(?:valid|invalid)$/;

/**
 * Cancels older messages of the same flow and type to the same recipient, unless one is being sent this moment. Runs
 * one statement whether there are any or not, so that timing does not tell (security EN-3).
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
