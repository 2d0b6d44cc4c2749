import type { Knex } from 'knex';
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { Random } from '../../../kernel/random.ts';
import {
  toPrepared,
  type Database,
  type Executor,
  type PreparedStatement,
  type Statement,
  type Watch,
} from '../connection.ts';
import { faultOf } from '../fault.ts';
import { BUSY_LIMIT } from './open-sqlite.ts';
import { createBackoff } from '../retry-backoff.ts';
import { createWriteQueue } from '../write-queue.ts';
import { unavailable } from '../unavailable.ts';

/** A request waits this long for those before it. */
const LONGEST_WAIT = 5_000;
const PROBE_WAIT = 1_000;
/** Texts kept prepared, for each connection, beside the hot ones. */
const KEPT = 256;

export interface SqliteParts {
  readonly sql: Knex;
  readonly writer: DatabaseSync;
  /** The same as `writer` in memory: then reads take queue with transactions, so as not to see what may be undone. */
  readonly reader: DatabaseSync;
  readonly random: Random;
  readonly watch: Watch | undefined;
  readonly damaged: (error: unknown) => void;
}

/** One writer, whose transactions take queue, and one reader that waits for nobody (reliability ). */
export function createSqliteDatabase({ sql, writer, reader, random, watch, damaged }: SqliteParts): Database {
  const queue = createWriteQueue(LONGEST_WAIT);
  const written = createConnection(writer);
  const read = reader === writer ? written : createConnection(reader);
  let broken: unknown;

  const alone: Pick<Executor, 'rows' | 'first' | 'write' | 'writeForNumber'> = {
    rows: <Row>(statement: Statement) => reading(statement, (one) => read.all<Row>(one)),
    first: <Row>(statement: Statement) => reading(statement, (one) => read.first<Row>(one)),
    write: async (statement) => await single(statement, (one) => written.run(one)),
    writeForNumber: async (statement) => await single(statement, numberIn),
  };

  const outside: Executor = { dialect: 'sqlite', sql, ...alone };

  return {
    outside,
    transaction: async (work) => await writing(async () => await attempt(work)),
    probe: async (check) => {
      await writing(async () => {
        written.exec('BEGIN IMMEDIATE');
        written.exec('ROLLBACK');
        await Promise.resolve();
      }, PROBE_WAIT);
      await check(outside);
    },
    close: async () => {
      await queue.run(async () => {
        if (!writer.isOpen) return; // closed before
        if (reader !== writer) reader.close();
        sql.client.releaseConnection(writer);
        await sql.destroy();
      }, LONGEST_WAIT * 2);
    },
  };

  async function single<T>(statement: Statement, run: (one: PreparedStatement) => T): Promise<T> {
    const one = toPrepared(statement);
    return await writing(async () => {
      await watch?.({ what: 'statement', statement: one });
      if (one.soon !== true) return run(one);
      written.exec('PRAGMA synchronous = NORMAL');
      try {
        return run(one);
      } finally {
        written.exec('PRAGMA synchronous = FULL');
      }
    });
  }

  function numberIn(statement: PreparedStatement): number {
    return Number(Object.values(written.first<object>(statement) ?? {})[0]);
  }

  async function attempt<T>(work: (inside: Executor) => Promise<T>): Promise<T> {
    await watch?.({ what: 'begin', statement: undefined });
    written.exec('BEGIN IMMEDIATE');
    const unit = inside();
    try {
      const result = await work(unit.executor);
      unit.end();
      await watch?.({ what: 'commit', statement: undefined });
      written.exec('COMMIT');
      await watch?.({ what: 'committed', statement: undefined });
      return result;
    } catch (error) {
      unit.end();
      // After FULL or IOERR SQLite may have rolled back by itself.
      if (writer.isTransaction) written.exec('ROLLBACK');
      await watch?.({ what: 'rollback', statement: undefined });
      throw error;
    }
  }

  /** Statements of one transaction; refused once it is over, so that a hook past its time limit cannot write late. */
  function inside(): { readonly executor: Executor; readonly end: () => void } {
    let over = false;
    const before = async (statement: Statement): Promise<PreparedStatement> => {
      const one = toPrepared(statement);
      await watch?.({ what: 'statement', statement: one });
      if (over) throw new Error('The transaction is over.');
      return one;
    };
    return {
      executor: {
        dialect: 'sqlite',
        sql,
        rows: async <Row>(statement: Statement) => written.all<Row>(await before(statement)),
        first: async <Row>(statement: Statement) => written.first<Row>(await before(statement)),
        write: async (statement) => written.run(await before(statement)),
        writeForNumber: async (statement) => numberIn(await before(statement)),
      },
      end: () => {
        over = true;
      },
    };
  }

  async function reading<T>(statement: Statement, run: (one: PreparedStatement) => T): Promise<T> {
    const one = toPrepared(statement);
    if (watch !== undefined) await watch({ what: 'statement', statement: one });
    if (reader !== writer) {
      try {
        return run(one);
      } catch (error) {
        if (faultOf(error) !== 'again') throw answer(error);
      }
    }
    const work = async (): Promise<T> => await Promise.resolve(run(one));
    return reader === writer ? await queue.run(async () => await busy(work)) : await busy(work);
  }

  async function writing<T>(work: () => Promise<T>, limit?: number): Promise<T> {
    return await queue.run(async () => {
      if (broken !== undefined) throw unavailable(broken);
      return await busy(work);
    }, limit);
  }

  /** Again while another process holds the lock, asleep in between. */
  async function busy<T>(work: () => Promise<T>): Promise<T> {
    const backOff = createBackoff(random, { tries: Infinity, first: 5, longest: 40, total: BUSY_LIMIT });
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (faultOf(error) !== 'again' || !(await backOff())) throw answer(error);
      }
    }
  }

  function answer(error: unknown): unknown {
    const fault = faultOf(error);
    if (fault === 'damaged' && broken === undefined) {
      broken = error;
      damaged(error);
    }
    return fault === 'again' || fault === 'away' || fault === 'damaged' ? unavailable(error) : error;
  }
}

interface Connection {
  all<Row>(statement: PreparedStatement): readonly Row[];
  first<Row>(statement: PreparedStatement): Row | undefined;
  run(statement: PreparedStatement): number;
  exec(text: string): void;
}

interface Prepared {
  readonly statement: StatementSync;
  /** Of the columns a hot statement answers with. */
  readonly names: readonly string[] | undefined;
}

/** A connection that keeps what it prepared. */
function createConnection(database: DatabaseSync): Connection {
  const hottest = new Map<string, Prepared>();
  const others = new Map<string, Prepared>();

  function prepared({ text, hot }: PreparedStatement): Prepared {
    const kept = hot ? hottest : others;
    const known = kept.get(text);
    if (known !== undefined) return known;
    const statement = prepare(database, text, hot === true);
    const [oldest] = others.keys();
    if (others.size >= KEPT && oldest !== undefined) others.delete(oldest);
    kept.set(text, statement);
    return statement;
  }

  // The row types are what our own repositories wrote.
  return {
    all<Row>(one: PreparedStatement) {
      const { statement, names } = prepared(one);
      const found = statement.all(...inputs(one.values)) as readonly unknown[];
      return (names === undefined ? found : found.map((values) => rowOf(names, values))) as readonly Row[];
    },
    first<Row>(one: PreparedStatement) {
      const { statement, names } = prepared(one);
      const values: unknown = statement.get(...inputs(one.values));
      return (names === undefined || values === undefined ? values : rowOf(names, values)) as Row | undefined;
    },
    run: (one) => Number(prepared(one).statement.run(...inputs(one.values)).changes),
    exec: (text) => {
      database.exec(text);
    },
  };
}

/** Rows of hot statements, which name their columns, come as lists: the driver's objects are slow to make and to read. */
function prepare(database: DatabaseSync, text: string, hot: boolean): Prepared {
  const statement = database.prepare(text);
  if (!hot) return { statement, names: undefined };
  statement.setReturnArrays(true);
  return { statement, names: statement.columns().map(({ name }) => name) };
}

function rowOf(names: readonly string[], values: unknown): Readonly<Record<string, unknown>> {
  const list = values as readonly unknown[]; // as `prepare` asked for
  const row: Record<string, unknown> = {};
  for (let i = 0; i < names.length; i += 1) row[names[i] ?? ''] = list[i];
  return row;
}

/** `Value` is what SQLite takes, under another name. */
const inputs = (values: PreparedStatement['values']): SQLInputValue[] => values as SQLInputValue[];
