import type { Knex } from 'knex';

/** A table with its indexes. The types of its columns are MySQL's; SQLite reads them by their affinity. */
export interface Table {
  readonly name: string;
  readonly columns: readonly string[];
  readonly primary: readonly string[];
  /** Unique indexes by name. A column may have ` DESC` after it. */
  readonly unique?: Readonly<Record<string, readonly string[]>>;
  readonly indexes?: Readonly<Record<string, readonly string[]>>;
  /** Column to table: a row is deleted with the row that the column names. */
  readonly parents?: Readonly<Record<string, string>>;
}

/** How a database changes its tables. Each statement may be the last before a crash and is then run again. */
export interface Tables {
  create(knex: Knex, table: Table): Promise<void>;
  /** Gives a column another type. `column` is its name and its type. */
  changeType(knex: Knex, table: string, column: string): Promise<void>;
  /** True when the length of a text column is a limit. */
  readonly limitsText: boolean;
}

/** The columns, the primary key and the foreign keys of a table, as `CREATE TABLE` takes them. */
export function definitionsOf({ name, columns, primary, parents = {} }: Table): readonly string[] {
  return [
    ...columns,
    `PRIMARY KEY (${primary.join(', ')})`,
    ...Object.entries(parents).map(
      ([column, parent]) =>
        `CONSTRAINT ${name}_${column}_fk FOREIGN KEY (${column}) REFERENCES ${parent} (id) ON DELETE CASCADE`,
    ),
  ];
}
