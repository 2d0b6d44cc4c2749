import type { IdentityId, MessageId } from '../kernel/id.ts';
import type { JsonObject } from '../kernel/json.ts';
import type { OwnerNotice } from '../kernel/owner-notice.ts';

/** What is no message to a person but a request that a hook has queued. */
export const PLUGIN_REQUEST = 'web_hook';

export type TemplateType =
  | 'recovery_valid'
  | 'recovery_invalid'
  | 'recovery_code_valid'
  | 'recovery_code_invalid'
  | 'verification_valid'
  | 'verification_invalid'
  | 'verification_code_valid'
  | 'verification_code_invalid'
  | 'login_code_valid'
  | 'registration_code_valid'
  | 'account_exists'
  | `notify_${OwnerNotice}`
  | 'plugin'
  | typeof PLUGIN_REQUEST;

/** A message as a strategy or a hook puts it into the outbox. */
export interface Mail {
  readonly type: 'email' | 'sms' | 'http';
  /**
   * `email`, `sms` or `http` (a web hook that waits for no answer). `none`: never sent, never listed; it takes the place
   * of a mail, so that an unknown address costs the same work as a known one (security EN-2).
   */
  readonly channel: string;
  readonly recipient: string;
  readonly template: TemplateType;
  readonly data: JsonObject;
  /** After this time the message is cancelled instead of sent; milliseconds. */
  readonly usefulUntil: number | undefined;
  readonly identityId: IdentityId | undefined;
  /** The flow that caused the message, for `sallyport why`. */
  readonly flowId: string | undefined;
}

export type MessageStatus = 'queued' | 'processing' | 'sent' | 'abandoned';

/** A row of the outbox: rendered when queued. */
export interface OutboxMessage extends Mail {
  readonly id: MessageId;
  readonly status: MessageStatus;
  readonly subject: string;
  /** Plain text. */
  readonly body: string;
  readonly sendCount: number;
  /** The message is not sent before this time; milliseconds. */
  readonly dueAt: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface Dispatch {
  readonly id: string;
  readonly messageId: MessageId;
  readonly status: 'success' | 'failed';
  /** A sentence that holds no secret; undefined on success. */
  readonly error: string | undefined;
  readonly createdAt: number;
}

export interface OutboxReads {
  find(
    id: MessageId,
  ): Promise<{ readonly message: OutboxMessage; readonly dispatches: readonly Dispatch[] } | undefined>;
  /** Newest first (created, id), keyset. */
  list(query: {
    readonly status: MessageStatus | undefined;
    readonly recipient: string | undefined;
    readonly after: { readonly createdAt: number; readonly id: MessageId } | undefined;
    readonly size: number;
  }): Promise<readonly OutboxMessage[]>;
  /** How many messages wait or are on their way, and the age of the oldest one; milliseconds. */
  depth(): Promise<{ readonly queued: number; readonly oldestAge: number }>;
  /** Since when the message has been due that waits longest and that no courier holds; undefined: none waits. */
  dueSince(now: number): Promise<number | undefined>;
}

/** The outbox inside the transaction of a submit. */
export interface OutboxWrites extends OutboxReads {
  put(message: OutboxMessage): Promise<void>;
}

/** The outbox as a worker sees it; each call is a transaction of its own. */
export interface OutboxQueue {
  /** Leases up to `count` due messages to `worker` until `until`, by conditional updates; those that it won. */
  take(worker: string, count: number, now: number, until: number): Promise<readonly OutboxMessage[]>;
  /** Ends the lease. `dueAt` only for `queued`. False when the lease was lost meanwhile. */
  settle(
    id: MessageId,
    worker: string,
    end: {
      readonly status: 'sent' | 'queued' | 'abandoned';
      readonly dueAt?: number;
      readonly dispatch: Dispatch;
      readonly now: number;
    },
  ): Promise<boolean>;
}
