import BetterSqlite3Client, { type Asked, type BeginsWith } from 'knex/lib/dialects/better-sqlite3/index.js';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { openSqlite } from './open-sqlite.ts';

/**
 * Knex on Node's own SQLite. Transactions begin with `BEGIN IMMEDIATE`: a transaction that reads first and writes later
 * could fail, because another one wrote in between.
 */
export class NodeSqlite extends BetterSqlite3Client {
  _driver(): unknown {
    return process.getBuiltinModule('node:sqlite');
  }

  override async acquireRawConnection(): Promise<DatabaseSync> {
    const { filename } = this.connectionSettings as { readonly filename: string }; // as `knexConfig` writes it
    return await openSqlite(filename, 'writer');
  }

  override async destroyRawConnection(connection: DatabaseSync): Promise<void> {
    if (connection.isOpen) connection.close();
  }

  override async _query(connection: DatabaseSync, asked: Asked): Promise<Asked> {
    const statement = connection.prepare(asked.sql);
    const bindings = this._formatBindings(asked.bindings) as SQLInputValue[]; // Knex passes on what the builder was given
    if (statement.columns().length > 0) {
      asked.response = statement.all(...bindings);
      return asked;
    }
    const { changes, lastInsertRowid } = statement.run(...bindings);
    asked.context = { changes, lastID: lastInsertRowid };
    return asked;
  }

  override transaction(container: unknown, config: unknown, outer: unknown): BeginsWith {
    const transaction = super.transaction(container, config, outer);
    transaction.begin = (connection) => transaction.query(connection, 'BEGIN IMMEDIATE;');
    return transaction;
  }
}
