import { isObject } from '../../../kernel/json.ts';
import { isPoolTimeout, type Fault } from '../fault.ts';

/** Primary result codes of SQLite. */
const PRIMARY: ReadonlyMap<number, Fault> = new Map([
  [5, 'retry'], // BUSY
  [6, 'retry'], // LOCKED
  [7, 'unavailable'], // NOMEM
  [8, 'unavailable'], // READONLY
  [10, 'unavailable'], // IOERR
  [11, 'damaged'], // CORRUPT
  [13, 'unavailable'], // FULL
  [14, 'unavailable'], // CANTOPEN
  [26, 'damaged'], // NOTADB
]);
/** Extended codes that say more than their primary one, CONSTRAINT. */
const EXTENDED: ReadonlyMap<number, Fault> = new Map([
  [1555, 'taken'], // primary key
  [2067, 'taken'], // unique
  [787, 'orphan'], // foreign key
]);

/** The meaning of an error of `node:sqlite`. */
export function sqliteFault(error: unknown): Fault | undefined {
  if (!isObject(error)) return undefined;
  const { code, errcode } = error;
  if (code === 'ERR_SQLITE_ERROR' && typeof errcode === 'number') {
    return EXTENDED.get(errcode) ?? PRIMARY.get(errcode & 0xff);
  }
  return isPoolTimeout(error) ? 'unavailable' : undefined;
}
