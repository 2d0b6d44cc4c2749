import type { OutboxQueue, OutboxReads, OutboxWrites } from '../courier/message.ts';
import type { FlowReads, FlowStarts, FlowWrites } from '../flow/flow.ts';
import type { IdentityReads, IdentityWrites } from '../identity/identity.ts';
import type { JsonObject } from '../kernel/json.ts';
import type { LimitStore, LimitWrites } from '../limit/limit.ts';
import type { SecretReads, SecretWrites, VaultReads, VaultWrites } from '../secret/secret.ts';
import type { SessionReads, SessionWrites } from '../session/session.ts';

/** Error containers: what `GET /self-service/errors` shows for ten minutes. */
export interface ErrorContainer {
  readonly id: string;
  /** The error object of the wire, nothing more. */
  readonly error: JsonObject;
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** Everything that is kept, read without a transaction; `transaction` for writing more than one row. */
export interface Store {
  readonly identities: IdentityReads;
  readonly sessions: SessionReads;
  readonly flows: FlowReads & FlowStarts;
  readonly secrets: SecretReads;
  readonly vault: VaultReads;
  readonly outbox: OutboxReads & OutboxQueue;
  readonly limits: LimitStore;
  readonly errors: {
    put(container: ErrorContainer): Promise<void>;
    find(id: string): Promise<ErrorContainer | undefined>;
  };
  /**
   * Runs `work` in one transaction and commits what it did, or nothing. Runs it again, from the start, after a deadlock,
   * a lock wait or a lost connection before the commit (reliability R-40); throws `unavailable` with `retryAfter` when the
   * database stays away.
   */
  transaction<T>(work: (unit: Unit) => Promise<T>): Promise<T>;
  /**
   * Removes every row whose time is over, of every kind, in small batches. Returns how many rows it removed; 0 when
   * another process on the same database is doing so.
   */
  sweep(pass: SweepPass): Promise<number>;
  /** Throws when a write-capable connection or the schema is not there. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

export interface SweepPass {
  /** Rows that are due at this time go, in epoch milliseconds. */
  readonly now: number;
  /** Rows removed by one statement. */
  readonly batch?: number;
  /** Ends the pass after the batch that is being removed. */
  readonly signal?: AbortSignal;
}

/** The open transaction. */
export interface Unit {
  readonly identities: IdentityWrites;
  readonly sessions: SessionWrites;
  readonly flows: FlowWrites;
  readonly secrets: SecretWrites;
  readonly vault: VaultWrites;
  readonly outbox: OutboxWrites;
  readonly limits: LimitWrites;
  /** Notes of plugins on a flow's identity. */
  setNote(identity: string, plugin: string, key: string, value: JsonObject[string]): Promise<void>;
  /** A savepoint: what `work` wrote is undone when `undo` says so of its result; a throw undoes it too and goes on. */
  tentatively<T>(work: () => Promise<T>, undo: (result: T) => boolean): Promise<T>;
}
