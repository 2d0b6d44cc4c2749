import type { Knex } from 'knex';

export type Value = string | number | bigint | null | Uint8Array;

/** A statement in the database's own words. `hot` ones are kept prepared. */
export interface PreparedStatement {
  readonly text: string;
  readonly values: readonly Value[];
  readonly hot?: true;
  /** Survives the end of the process at once, the end of the machine with the next commit; where the database can tell them apart. */
  readonly soon?: true;
}

/** Built by Knex for this one call, or once. */
export type Statement = Knex.QueryBuilder | Knex.Raw | PreparedStatement;

/** Where statements go: an open transaction, or none. Repositories are made from one and hold nothing else. */
export interface Executor {
  readonly dialect: 'sqlite' | 'mysql';
  /** Builds statements; they are run here, never by awaiting the builder. */
  readonly sql: Knex;
  /** What this store wrote comes back as it was written; the caller says as what. */
  rows<Row>(statement: Statement): Promise<readonly Row[]>;
  first<Row>(statement: Statement): Promise<Row | undefined>;
  /** How many rows it touched. */
  write(statement: Statement): Promise<number>;
  /** A write that says a number: by RETURNING on SQLite, by `LAST_INSERT_ID(expression)` on MySQL. */
  writeForNumber(statement: Statement): Promise<number>;
}

export interface Database {
  /** Reads and single statements, each on its own. */
  readonly outside: Executor;
  transaction<T>(work: (inside: Executor) => Promise<T>): Promise<T>;
  /** Throws when nothing can be written, or what `check` throws. Does not wait behind requests. */
  probe(check: (executor: Executor) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** What the store did, for tests that count, break or kill. Awaited before it is done. */
export interface StoreEvent {
  readonly what: 'begin' | 'statement' | 'commit' | 'committed' | 'rollback';
  readonly statement: PreparedStatement | undefined;
}
export type Watch = (event: StoreEvent) => void | Promise<void>;

/** Text and values of a statement. Only primitives reach a driver: an object would become SQL in one of them. */
export function toPrepared(statement: Statement): PreparedStatement {
  if ('text' in statement) {
    statement.values.forEach(value);
    return statement;
  }
  const { sql: text, bindings } = statement.toSQL().toNative();
  return { text, values: bindings.map(value) };
}

function value(binding: unknown): Value {
  switch (typeof binding) {
    case 'string':
    case 'number':
    case 'bigint':
      return binding;
    case 'boolean':
      return binding ? 1 : 0;
    case 'undefined':
      return null;
    default:
      if (binding === null || binding instanceof Uint8Array) return binding;
      throw new TypeError('A statement takes primitives only.');
  }
}
