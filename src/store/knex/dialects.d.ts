/** Knex exports its clients by this path only, and without types. */
declare module 'knex/lib/dialects/better-sqlite3/index.js' {
  import type { Knex } from 'knex';

  export interface Asked {
    readonly sql: string;
    readonly bindings?: readonly unknown[];
    response?: unknown;
    context?: unknown;
  }

  /** The part of Knex's own transaction that a client may change; the published types leave it out. */
  export interface BeginsWith extends Knex.Transaction {
    begin: (connection: unknown) => PromiseLike<unknown>;
    query(connection: unknown, sql: string): never;
  }

  export default class BetterSqlite3Client extends Knex.Client {
    _formatBindings(bindings: readonly unknown[] | undefined): unknown[];
    transaction(container: unknown, config: unknown, outer: unknown): BeginsWith;
    _query(connection: unknown, asked: Asked): Promise<Asked>;
  }
}
