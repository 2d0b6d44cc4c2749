import type { Knex } from 'knex';
import type { Fault } from './fault.ts';

/** What databases say in different words, or do differently. */
export interface Dialect {
  /** The meaning of a driver's error; undefined when only a fault in this program can cause it. */
  faultOf(error: unknown): Fault | undefined;
  /** An expression: the database's own clock in epoch milliseconds. */
  readonly now: string;
  /** Ends a `CREATE TABLE` outside the migrations. */
  readonly tableOptions: string;
  /** The type of a primary key that the database counts up. */
  readonly countingKey: string;
  /** True when a transaction can hold changes of tables. */
  readonly tablesInTransactions: boolean;
  /** A query that has a row when the table exists. */
  findTable(sql: Knex, table: string): Knex.QueryBuilder;
  /** Rows of a query inside a transaction, which no other transaction changes before this one ends. */
  locked(rows: Knex.QueryBuilder): Knex.QueryBuilder;
  /**
   * A statement for `Executor.writeForNumber`: counts one more try of a rate limit and gives the count. Its four
   * values: the key, the end of a window that begins now, and twice the time now.
   */
  readonly countTry: string;
  /**
   * The same for several keys at once, for `Executor.writeForRows`, which gives their rows. Its values: key and end of each, then
   * twice the time now. Undefined: the database has no such statement.
   */
  readonly countTries: ((keys: number) => string) | undefined;
}
