import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { PreparedStatement } from '../connection.ts';
import { keepNewest } from '../../../kernel/keep-newest.ts';

/** Statements kept prepared for each connection, beside the hot ones. */
const MOST_PREPARED = 256;

/** A connection that keeps the statements it has prepared. Its methods block the process while SQLite works. */
export interface SqliteConnection {
  all<Row>(statement: PreparedStatement): readonly Row[];
  first<Row>(statement: PreparedStatement): Row | undefined;
  /** Returns how many rows the statement changed. */
  run(statement: PreparedStatement): number;
  /** The first column of the first row, of a statement with `RETURNING`. */
  number(statement: PreparedStatement): number;
  exec(text: string): void;
}

interface Kept {
  readonly statement: StatementSync;
  /** The columns that a hot statement answers with. */
  readonly names: readonly string[] | undefined;
}

export function createConnection(database: DatabaseSync): SqliteConnection {
  const keptOf = createStatementCache(database);

  // The row types are those of the tables, which read only what they wrote.
  function first<Row>(one: PreparedStatement): Row | undefined {
    const { statement, names } = keptOf(one);
    const values: unknown = statement.get(...inputs(one));
    return (names === undefined || values === undefined ? values : rowOf(names, values)) as Row | undefined;
  }

  return {
    first,
    all<Row>(one: PreparedStatement) {
      const { statement, names } = keptOf(one);
      const found = statement.all(...inputs(one)) as readonly unknown[];
      return (names === undefined ? found : found.map((values) => rowOf(names, values))) as readonly Row[];
    },
    run: (one) => Number(keptOf(one).statement.run(...inputs(one)).changes),
    number: (one) => Number(Object.values(first<object>(one) ?? {})[0]),
    exec: (text) => {
      database.exec(text);
    },
  };
}

function createStatementCache(database: DatabaseSync): (statement: PreparedStatement) => Kept {
  const hottest = new Map<string, Kept>();
  const others = new Map<string, Kept>();
  return ({ text, hot }) => {
    const known = (hot ? hottest : others).get(text);
    if (known !== undefined) return known;
    const statement = prepare(database, text, hot === true);
    if (hot) hottest.set(text, statement);
    else keepNewest(others, text, statement, MOST_PREPARED);
    return statement;
  };
}

/** Hot statements name their columns and answer with lists: the driver's row objects are slow to make and to read. */
function prepare(database: DatabaseSync, text: string, hot: boolean): Kept {
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
const inputs = ({ values }: PreparedStatement): SQLInputValue[] => values as SQLInputValue[];
