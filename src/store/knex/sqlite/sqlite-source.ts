import { existsSync } from 'node:fs';
import type { DatabaseSource } from '../database-source.ts';
import { sqliteDialect } from './dialect.ts';
import { NodeSqlite } from './node-sqlite.ts';
import { openSqlite } from './open-sqlite.ts';
import { createSqliteDatabase } from './sqlite-database.ts';
import { sqliteUnavailable } from './sqlite-unavailable.ts';

const MEMORY = ':memory:';

/** A database in a file, or in memory where no file is given. */
export function sqliteSource(file: string | undefined): DatabaseSource {
  const place = file ?? MEMORY;
  const unavailable = sqliteUnavailable(place);
  return {
    dialect: sqliteDialect,
    knexConfig: {
      client: NodeSqlite,
      connection: { filename: place },
      useNullAsDefault: true,
      // Never replaced while idle: in memory the connection is the database.
      pool: { min: 1, max: 1, idleTimeoutMillis: 2 ** 31 - 1 },
      acquireConnectionTimeout: 5_000,
    },
    place,
    temporary: file === undefined,
    unavailable,
    exists: () => file !== undefined && existsSync(file),

    async open(sql, { random, log, watch }) {
      // Knex's pool holds one connection, and the database keeps it until it is closed.
      const writer = await sql.client.acquireConnection();
      const reader = file === undefined ? writer : await openSqlite(file, 'reader');
      const damaged = (error: unknown): void => {
        log.warn('The database file is damaged; nothing is written any more. Restore a backup.', { error });
      };
      return createSqliteDatabase({ sql, writer, reader, random, watch, unavailable, damaged });
    },

    async openToRead(sql, { random, watch }) {
      const reader = await openSqlite(place, 'reader');
      const parts = { sql, writer: reader, reader, random, watch, unavailable, damaged: () => undefined };
      return {
        outside: createSqliteDatabase(parts).outside,
        async close() {
          reader.close();
          await sql.destroy();
        },
      };
    },
  };
}
