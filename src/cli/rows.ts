import { Option } from 'commander';
import { isObject, type Json, type JsonObject } from '../kernel/json.ts';
import type { Output } from './output.ts';

/** How lists are printed: for people, for programs, and for other commands. */
export type RowFormat = 'table' | 'json' | 'ids';

export const rowFormat = (): Option =>
  new Option('--format <format>', 'table, json (one object a line) or ids')
    .choices(['table', 'json', 'ids'])
    .default('table');

/** Prints things one by one, as pages of them come. `cells`: what a table says of one behind its id. */
export function rowPrinter(
  output: Output,
  format: RowFormat,
  cells: (row: JsonObject) => readonly string[],
): (rows: readonly JsonObject[]) => void {
  const text: Readonly<Record<RowFormat, (row: JsonObject) => string>> = {
    table: (row) => [idOf(row), ...cells(row)].map(oneLine).join('  '),
    json: (row) => JSON.stringify(row),
    ids: idOf,
  };
  return (rows) => {
    for (const row of rows) output.print(text[format](row));
  };
}

export const textIn = (row: JsonObject, name: string): string => {
  const value = row[name];
  return typeof value === 'string' ? value : '';
};

const idOf = (row: JsonObject): string => textIn(row, 'id');

/** What people typed cannot move the cursor of whoever reads it. */
const oneLine = (text: string): string => text.replaceAll(/\p{C}/gu, '\uFFFD');

/** The objects of a list that was answered. */
export const objectsIn = (value: Json): readonly JsonObject[] =>
  Array.isArray(value) ? (value as readonly Json[]).filter((each): each is JsonObject => isObject(each)) : [];
