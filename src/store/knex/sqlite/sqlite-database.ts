import type { Knex } from 'knex';
import type { DatabaseSync } from 'node:sqlite';
import type { Random } from '../../../kernel/random.ts';
import {
  createTransactionScope,
  toPrepared,
  type Database,
  type Executor,
  type PreparedStatement,
  type Statement,
  type Watch,
} from '../connection.ts';
import { tryWrite } from '../try-write.ts';
import type { Unavailable } from '../unavailable.ts';
import { sqliteDialect } from './dialect.ts';
import { createAccess } from './sqlite-access.ts';
import { createConnection, type SqliteConnection } from './sqlite-connection.ts';

/** The readiness probe waits so many milliseconds for the writes before it. */
const PROBE_WAIT = 1_000;

export interface SqliteParts {
  readonly sql: Knex;
  readonly writer: DatabaseSync;
  /** The same connection as `writer` for a database in memory. */
  readonly reader: DatabaseSync;
  readonly random: Random;
  readonly watch: Watch | undefined;
  readonly unavailable: Unavailable;
  /** Called once, when the file turns out to be damaged. */
  readonly damaged: (error: unknown) => void;
}

/** One connection whose transactions take turns, and one whose reads wait for nothing (reliability ). */
export function createSqliteDatabase(parts: SqliteParts): Database {
  const { sql, writer, reader, random, watch, unavailable, damaged } = parts;
  const writing = createConnection(writer);
  const reading = reader === writer ? writing : createConnection(reader);
  const access = createAccess({ random, shared: reader === writer, unavailable, damaged });
  const outside: Executor = {
    dialect: sqliteDialect,
    sql,
    rows: <Row>(statement: Statement) => read(statement, (one) => reading.all<Row>(one)),
    first: <Row>(statement: Statement) => read(statement, (one) => reading.first<Row>(one)),
    write: async (statement) => await write(statement, (one) => writing.run(one)),
    writeForNumber: async (statement) => await write(statement, (one) => writing.number(one)),
  };

  return {
    outside,
    transaction: async (work) =>
      await access.write(async () => await transaction({ sql, writer, writing, watch }, work)),
    async probe(check) {
      await check(outside);
      const unwatched = { sql, writer, writing, watch: undefined };
      await access.write(async () => await transaction(unwatched, tryWrite), PROBE_WAIT);
    },
    close: async () =>
      await access.close(async () => {
        if (!writer.isOpen) return; // closed before
        if (reader !== writer) reader.close();
        sql.client.releaseConnection(writer);
        await sql.destroy();
      }),
  };

  async function read<T>(statement: Statement, run: (one: PreparedStatement) => T): Promise<T> {
    const one = toPrepared(statement);
    if (watch !== undefined) await watch({ what: 'statement', statement: one });
    return await access.read(() => run(one));
  }

  async function write<T>(statement: Statement, run: (one: PreparedStatement) => T): Promise<T> {
    const one = toPrepared(statement);
    return await access.write(async () => {
      await watch?.({ what: 'statement', statement: one });
      if (one.relaxed !== true) return run(one);
      writing.exec('PRAGMA synchronous = NORMAL');
      try {
        return run(one);
      } finally {
        writing.exec('PRAGMA synchronous = FULL');
      }
    });
  }
}

interface TransactionParts extends Pick<SqliteParts, 'sql' | 'writer' | 'watch'> {
  readonly writing: SqliteConnection;
}

async function transaction<T>(parts: TransactionParts, work: (inside: Executor) => Promise<T>): Promise<T> {
  const { writer, writing, watch } = parts;
  await watch?.({ what: 'begin', statement: undefined });
  writing.exec('BEGIN IMMEDIATE');
  const { inside, end } = executorInside(parts);
  try {
    const result = await work(inside);
    end();
    await watch?.({ what: 'commit', statement: undefined });
    writing.exec('COMMIT');
    await watch?.({ what: 'committed', statement: undefined });
    return result;
  } catch (error) {
    end();
    // After FULL or IOERR SQLite may have rolled back by itself.
    if (writer.isTransaction) writing.exec('ROLLBACK');
    await watch?.({ what: 'rollback', statement: undefined });
    throw error;
  }
}

function executorInside({ sql, writing, watch }: TransactionParts): {
  readonly inside: Executor;
  readonly end: () => void;
} {
  const scope = createTransactionScope();
  const next = async (statement: Statement): Promise<PreparedStatement> => {
    const one = toPrepared(statement);
    await watch?.({ what: 'statement', statement: one });
    scope.assertOpen();
    return one;
  };
  const inside: Executor = {
    dialect: sqliteDialect,
    sql,
    rows: async <Row>(statement: Statement) => writing.all<Row>(await next(statement)),
    first: async <Row>(statement: Statement) => writing.first<Row>(await next(statement)),
    write: async (statement) => writing.run(await next(statement)),
    writeForNumber: async (statement) => writing.number(await next(statement)),
  };
  return { inside, end: scope.end };
}
