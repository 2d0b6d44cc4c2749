import type { Dispatch, Mail, OutboxMessage, TemplateType } from '../../../courier/message.ts';
import type { IdentityId, MessageId } from '../../../kernel/id.ts';
import { readJson } from '../columns.ts';

/** The body of a message that is sent or given up is kept for a day, its row for thirty; in milliseconds. */
export const BODY_KEPT = 86_400_000;
export const ROW_KEPT = 30 * BODY_KEPT;

/** A row of `outbox`. */
export interface MessageRow {
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

export const MESSAGE_COLUMNS = [
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

/**
 * The message that a row stands for. A leased row is stored as `queued`, so that another worker takes it when the lease
 * ends, and reads as `processing` until then.
 */
export function messageOf(row: MessageRow, now: number): OutboxMessage {
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

/** A row of `outbox_dispatches`: one try to send a message. */
export interface DispatchRow {
  readonly id: string;
  readonly message_id: MessageId;
  readonly status: Dispatch['status'];
  readonly error: string | null;
  readonly created_at: number;
}
