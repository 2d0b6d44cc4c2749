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
  const access = createAccess({ writer, writing, random, shared: reader === writer, unavailable, damaged });
  const outside: Executor = {
    dialect: sqliteDialect,
    sql,
    rows: <Row>(statement: Statement) => read(statement, (one) => reading.all<Row>(one)),
    first: <Row>(statement: Statement) => read(statement, (one) => reading.first<Row>(one)),
    write: async (statement) => await write(statement, (one) => writing.run(one)),
    writeForNumber: async (statement) => await write(statement, (one) => writing.number(one)),
    writeForRows: <Row>(statement: Statement) => write(statement, (one) => writing.all<Row>(one)),
  };

  return {
    outside,
    transaction: async (work) => {
      const own = { sql, writer, writing, watch };
      return await access.share({
        relaxed: false,
        alone: async () => await transaction(own, work),
        within: async () => await bounded(own, work, PART),
        committed: async () => await watch?.({ what: 'committed', statement: undefined }),
      });
    },
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
    // A statement that fails undoes itself, also inside of a transaction.
    const work = async (): Promise<T> => {
      await watch?.({ what: 'statement', statement: one });
      return run(one);
    };
    return await access.share({ relaxed: one.relaxed === true, alone: work, within: work });
  }
}

type Work<T> = (inside: Executor) => Promise<T>;

/** The statements around a work. */
interface Border {
  readonly begin: string;
  readonly end: string;
  readonly undo: string;
}
const WHOLE: Border = { begin: 'BEGIN IMMEDIATE', end: 'COMMIT', undo: 'ROLLBACK' };
/** A part of a transaction of several works. */
const PART: Border = {
  begin: 'SAVEPOINT part_of_group',
  end: 'RELEASE part_of_group',
  undo: 'ROLLBACK TO part_of_group; RELEASE part_of_group',
};

interface TransactionParts extends Pick<SqliteParts, 'sql' | 'writer' | 'watch'> {
  readonly writing: SqliteConnection;
}

async function transaction<T>(parts: TransactionParts, work: Work<T>): Promise<T> {
  const { watch } = parts;
  const result = await bounded(parts, work, WHOLE);
  await watch?.({ what: 'committed', statement: undefined });
  return result;
}

async function bounded<T>(parts: TransactionParts, work: Work<T>, border: Border): Promise<T> {
  const { writer, writing, watch } = parts;
  await watch?.({ what: 'begin', statement: undefined });
  writing.exec(border.begin);
  const { inside, end } = executorInside(parts);
  try {
    const result = await work(inside);
    end();
    await watch?.({ what: 'commit', statement: undefined });
    writing.exec(border.end);
    return result;
  } catch (error) {
    end();
    // After FULL or IOERR SQLite may have rolled back by itself.
    if (writer.isTransaction) writing.exec(border.undo);
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
    writeForRows: async <Row>(statement: Statement) => writing.all<Row>(await next(statement)),
  };
  return { inside, end: scope.end };
}
