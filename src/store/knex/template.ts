import type { Knex } from 'knex';
import type { PreparedStatement, Value } from './connection.ts';

/** A statement that is built once and kept prepared. Its values have names. */
export interface Template {
  readonly text: string;
  readonly names: readonly string[];
}

/** Builds a template from a statement that has a name in the place of each value. */
export function template(builder: Knex.QueryBuilder): Template {
  const { sql: text, bindings } = builder.toSQL().toNative();
  return { text, names: bindings.map(String) };
}

/** The columns of a table, each with its own name as its value. */
export const named = (columns: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(columns.map((column) => [column, column]));

/** Fills in the values. Throws when one of them is missing. */
export function fill({ text, names }: Template, values: Readonly<Record<string, Value>>): PreparedStatement {
  const found = names.map((name) => {
    const value = values[name];
    if (value === undefined) throw new Error(`A statement lacks its ${name}.`);
    return value;
  });
  return { text, values: found, hot: true };
}
