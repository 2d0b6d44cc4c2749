import type { Knex } from 'knex';
import type { PreparedStatement, Value } from './connection.ts';

/** A statement that is built once and kept prepared; where its values go is known by name. */
export interface Template {
  readonly text: string;
  readonly names: readonly string[];
}

/** What was built with a name in place of each value. */
export function template(builder: Knex.QueryBuilder): Template {
  const { sql: text, bindings } = builder.toSQL().toNative();
  return { text, names: bindings.map(String) };
}

/** For the columns of a table: each stands for itself. */
export const named = (columns: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(columns.map((column) => [column, column]));

export function fill({ text, names }: Template, values: Readonly<Record<string, Value>>): PreparedStatement {
  const found = names.map((name) => {
    const value = values[name];
    if (value === undefined) throw new Error(`A statement lacks its ${name}.`);
    return value;
  });
  return { text, values: found, hot: true };
}
