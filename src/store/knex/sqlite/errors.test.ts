import { expect, test } from 'vitest';
import { sqliteFault } from './errors.ts';

const sqlite = (errcode: number): unknown => Object.assign(new Error('x'), { code: 'ERR_SQLITE_ERROR', errcode });

test.each([
  ['a unique value', sqlite(2067), 'taken'],
  ['a primary key', sqlite(1555), 'taken'],
  ['a foreign key', sqlite(787), 'orphan'],
  ['BUSY', sqlite(5), 'retry'],
  ['BUSY with a stale snapshot', sqlite(517), 'retry'],
  ['LOCKED', sqlite(6), 'retry'],
  ['FULL', sqlite(13), 'unavailable'],
  ['READONLY, the file moved', sqlite(1032), 'unavailable'],
  ['IOERR while writing', sqlite(778), 'unavailable'],
  ['CORRUPT', sqlite(11), 'damaged'],
  ['NOTADB', sqlite(26), 'damaged'],
  ['an exhausted pool', Object.assign(new Error('x'), { name: 'KnexTimeoutError' }), 'unavailable'],
  ['a syntax error', sqlite(1), undefined],
  ['a NOT NULL', sqlite(1299), undefined],
  ['an error of this program', new Error('x'), undefined],
  ['no error at all', undefined, undefined],
])('%s means what it should', (_name, error, fault) => {
  expect(sqliteFault(error)).toBe(fault);
});
