import { deepFreeze } from '../../kernel/json.ts';
import { keepNewest } from '../../kernel/keep-newest.ts';

/**
 * Gives the same value for a row as long as the row stays what it was, and makes it once. The database is asked each time
 * and its answer compared column by column, so nobody is served what is no longer stored. Values are shared between
 * requests: they are frozen, and others may be kept beside them in a `WeakMap`. `most`: how many are kept.
 */
export function createUnchangedRows<Row extends object, Value extends object>(
  valueOf: (row: Row) => Value,
  most: number,
): (key: string, row: Row) => Value {
  const kept = new Map<string, { readonly row: Row; readonly value: Value }>();
  return (key, row) => {
    const known = kept.get(key);
    if (known !== undefined && isSame(known.row, row)) return known.value;
    const value = deepFreeze(valueOf(row));
    keepNewest(kept, key, { row, value }, most);
    return value;
  };
}

function isSame<Row extends object>(one: Row, other: Row): boolean {
  for (const name in other) if (one[name] !== other[name]) return false;
  return true;
}
