import type { OutboxQueue, OutboxReads, OutboxWrites } from '../courier/message.ts';
import type { FlowReads, FlowStarts, FlowWrites } from '../flow/flow.ts';
import type { IdentityReads, IdentityWrites } from '../identity/identity.ts';
import type { JsonObject } from '../kernel/json.ts';
import type { LimitStore, LimitWrites } from '../limit/limit.ts';
import type { SecretReads, SecretWrites, VaultReads, VaultWrites } from '../secret/secret.ts';
import type { SessionReads, SessionWrites } from '../session/session.ts';

/** An error that `GET /self-service/errors` shows for ten minutes. */
export interface ErrorContainer {
  readonly id: string;
  /** The error object as the answer has it. */
  readonly error: JsonObject;
  /** The address where the person starts again. */
  readonly again?: string | undefined;
  /** Both in epoch milliseconds. */
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** Everything the server stores. Reads and single writes need no transaction; more writes belong in one. */
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
   * Runs `work` in one transaction and commits its writes, or undoes them all when it throws. Runs `work` again from
   * the start after a deadlock, a lock wait or a connection lost before the commit (reliability R-40), so `work` must
   * leave nothing behind elsewhere. Throws `unavailable` with `retryAfter` when the database stays away.
   */
  transaction<T>(work: (unit: Unit) => Promise<T>): Promise<T>;
  /**
   * Removes every row whose time is over, of every kind, in small batches. Returns how many rows it removed; 0 when
   * another process on the same database is doing so.
   */
  sweep(pass: SweepPass): Promise<number>;
  /** Throws `unavailable` when nothing can be written or a migration is missing. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

export interface SweepPass {
  /** Rows that are due at this time are removed; in epoch milliseconds. */
  readonly now: number;
  /** The most rows that one statement removes. */
  readonly batch?: number;
  /** Ends the pass after the batch that is being removed. */
  readonly signal?: AbortSignal;
}

/** Reads and writes inside an open transaction. Throws when the transaction has ended. */
export interface Unit {
  readonly identities: IdentityWrites;
  readonly sessions: SessionWrites;
  readonly flows: FlowWrites;
  readonly secrets: SecretWrites;
  readonly vault: VaultWrites;
  readonly outbox: OutboxWrites;
  readonly limits: LimitWrites;
  /** Stores a plugin's note on an identity, in the place of one with the same key. */
  setNote(identity: string, plugin: string, key: string, value: JsonObject[string]): Promise<void>;
  /**
   * Runs `work` within a savepoint. Its writes are undone when `undo` returns true for its result, and when it throws;
   * the error is thrown on.
   */
  tentatively<T>(work: () => Promise<T>, undo: (result: T) => boolean): Promise<T>;
  /**
   * Calls `tell` once when this transaction has committed, in order; never when it, or the savepoint around this call, is
   * undone. `tell` must be quick and must not throw.
   */
  afterCommit(tell: () => void): void;
}
