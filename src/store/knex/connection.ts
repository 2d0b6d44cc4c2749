import type { Knex } from 'knex';
import type { Dialect } from './dialect.ts';

/** What a driver takes as a value of a statement. */
export type Value = string | number | bigint | null | Uint8Array;

/** The text and the values of a statement, as the driver takes them. */
export interface PreparedStatement {
  readonly text: string;
  readonly values: readonly Value[];
  /** The driver keeps the statement prepared. */
  readonly hot?: true;
  /**
   * A write that need not wait for the disk: it survives the end of the process at once, and the end of the machine
   * with the next commit. Without effect where the database cannot tell these apart.
   */
  readonly relaxed?: true;
}

/** A statement of Knex's builder, or one that is built once and filled with values. */
export type Statement = Knex.QueryBuilder | Knex.Raw | PreparedStatement;

/** Runs statements in one transaction, or outside of any. Tables are read and written through one and keep no state. */
export interface Executor {
  readonly dialect: Dialect;
  /** Builds statements. They are run by the executor, never by awaiting the builder. */
  readonly sql: Knex;
  /** Every row. The caller states the type of a row: the store reads only what it wrote itself. */
  rows<Row>(statement: Statement): Promise<readonly Row[]>;
  /** The first row; undefined when there is none. */
  first<Row>(statement: Statement): Promise<Row | undefined>;
  /** Returns how many rows the statement matched. */
  write(statement: Statement): Promise<number>;
  /** A write that returns a number: by `RETURNING` on SQLite, by `LAST_INSERT_ID(expression)` on MySQL. */
  writeForNumber(statement: Statement): Promise<number>;
  /** A write that returns rows, where the database has such. */
  writeForRows<Row>(statement: Statement): Promise<readonly Row[]>;
}

/** An open database. */
export interface Database {
  /** Runs reads and single writes, each in a transaction of its own. */
  readonly outside: Executor;
  /**
   * Runs `work` in a transaction and commits it, or undoes it when `work` throws. Runs `work` again when the database
   * asks for that (`retry`); throws `unavailable` when the database stays away.
   */
  transaction<T>(work: (inside: Executor) => Promise<T>): Promise<T>;
  /** Throws what `check` throws, or when a write like those of requests fails. Does not wait behind requests. */
  probe(check: (executor: Executor) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** What the store did, for tests that count, break or kill. The store waits for what `Watch` returns. */
export interface StoreEvent {
  readonly what: 'begin' | 'statement' | 'commit' | 'committed' | 'rollback';
  readonly statement: PreparedStatement | undefined;
}
export type Watch = (event: StoreEvent) => void | Promise<void>;

/**
 * Text and values of a statement. Throws a TypeError for a value that is an object: some drivers would make SQL of it.
 */
export function toPrepared(statement: Statement): PreparedStatement {
  if ('text' in statement) {
    statement.values.forEach(toValue);
    return statement;
  }
  const { sql: text, bindings } = statement.toSQL().toNative();
  return { text, values: bindings.map(toValue) };
}

/** A statement without values. */
export const plain = (text: string): PreparedStatement => ({ text, values: [] });

/** Lets statements of a transaction through until it ends, so that a hook past its time limit cannot write late. */
export function createTransactionScope(): { readonly assertOpen: () => void; readonly end: () => void } {
  let open = true;
  return {
    assertOpen() {
      if (!open) throw new Error('The transaction is over.');
    },
    end() {
      open = false;
    },
  };
}

function toValue(binding: unknown): Value {
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
