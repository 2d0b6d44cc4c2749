/** The one deep import of Knex: its clients are not part of its types. */
declare module 'knex/lib/dialects/better-sqlite3/index.js' {
  import type { Knex } from 'knex';

  export interface Asked {
    readonly sql: string;
    readonly bindings?: readonly unknown[];
    response?: unknown;
    context?: unknown;
  }

  export default class BetterSqlite3Client extends Knex.Client {
    _formatBindings(bindings: readonly unknown[] | undefined): unknown[];
    transaction(container: unknown, config: unknown, outer: unknown): Knex.Transaction;
    _query(connection: unknown, asked: Asked): Promise<Asked>;
  }
}
