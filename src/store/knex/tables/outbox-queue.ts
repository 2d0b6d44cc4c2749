import type { OutboxMessage, OutboxQueue } from '../../../courier/message.ts';
import type { Clock } from '../../../kernel/clock.ts';
import type { MessageId } from '../../../kernel/id.ts';
import { plainText } from '../columns.ts';
import type { Database, Executor } from '../connection.ts';
import { free } from './outbox.ts';
import { BODY_KEPT, MESSAGE_COLUMNS, messageOf, type MessageRow } from './outbox-rows.ts';

/** Hands queued messages to couriers: each to one at a time, for the length of its lease. */
export function outboxQueue(database: Database, clock: Clock): OutboxQueue {
  const { outside } = database;
  return {
    async take(worker, count, now, until) {
      const taken: OutboxMessage[] = [];
      while (taken.length < count) {
        const due = await outside.rows<MessageRow>(
          free(outside, now)
            .select(MESSAGE_COLUMNS)
            .orderBy('due_at')
            .limit(count - taken.length),
        );
        if (due.length === 0) break;
        for (const row of due) {
          const change = { locked_by: worker, locked_until: until, updated_at: now };
          const won = await outside.write(free(outside, now).where({ id: row.id }).update(change));
          if (won > 0) taken.push(messageOf({ ...row, locked_until: until, updated_at: now }, clock.now()));
        }
      }
      return taken;
    },

    settle: async (id, worker, end) =>
      await database.transaction(async (inside) => {
        if (!(await release(inside, id, worker, end))) return false;
        await insertDispatch(inside, id, end.dispatch);
        return true;
      }),
  };
}

type End = Parameters<OutboxQueue['settle']>[2];

/** Ends the lease of a message. False when the worker does not hold it any more. */
async function release(
  executor: Executor,
  id: MessageId,
  worker: string,
  { status, dueAt, now }: End,
): Promise<boolean> {
  const { sql } = executor;
  const released = await executor.write(
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
  return released > 0;
}

async function insertDispatch(
  executor: Executor,
  id: MessageId,
  { error, ...dispatch }: End['dispatch'],
): Promise<void> {
  await executor.write(
    executor.sql('outbox_dispatches').insert({
      id: dispatch.id,
      message_id: id,
      status: dispatch.status,
      error: error === undefined ? null : plainText(error),
      created_at: dispatch.createdAt,
    }),
  );
}
