import type { OutboxMessage, OutboxQueue } from '../../../courier/message.ts';
import type { Clock } from '../../../kernel/clock.ts';
import { plainText } from '../columns.ts';
import type { Database } from '../connection.ts';
import { BODY_KEPT, MESSAGE_COLUMNS, messageOf, type MessageRow } from './outbox-rows.ts';

/** Hands queued messages to couriers: each to one at a time, for the length of its lease. */
export function outboxQueue(database: Database, clock: Clock): OutboxQueue {
  const { outside } = database;
  const { sql } = outside;

  return {
    async take(worker, count, now, until) {
      const won: OutboxMessage[] = [];
      while (won.length < count) {
        const due = await outside.rows<MessageRow>(
          sql('outbox')
            .select(MESSAGE_COLUMNS)
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
