import { expect, test } from 'vitest';
import { faultOf } from './fault.ts';

const sqlite = (errcode: number): unknown => Object.assign(new Error('x'), { code: 'ERR_SQLITE_ERROR', errcode });
const mysql = (errno: number): unknown => Object.assign(new Error('x'), { code: 'ER_X', errno });
const network = (code: string): unknown => Object.assign(new Error('x'), { code, errno: -104 });

test.each([
  ['a unique value in SQLite', sqlite(2067), 'taken'],
  ['a primary key in SQLite', sqlite(1555), 'taken'],
  ['a foreign key in SQLite', sqlite(787), 'orphan'],
  ['BUSY', sqlite(5), 'again'],
  ['BUSY with a stale snapshot', sqlite(517), 'again'],
  ['LOCKED', sqlite(6), 'again'],
  ['FULL', sqlite(13), 'away'],
  ['READONLY, the file moved', sqlite(1032), 'away'],
  ['IOERR while writing', sqlite(778), 'away'],
  ['CORRUPT', sqlite(11), 'damaged'],
  ['NOTADB', sqlite(26), 'damaged'],
  ['a duplicate in MySQL', mysql(1062), 'taken'],
  ['a parent that is gone in MySQL', mysql(1452), 'orphan'],
  ['a deadlock', mysql(1213), 'again'],
  ['a lock wait', mysql(1205), 'again'],
  ['a record that changed', mysql(1020), 'again'],
  ['NOWAIT', mysql(3572), 'again'],
  ['a server that became read-only', mysql(1290), 'lost'],
  ['a node that is not ready', mysql(1047), 'lost'],
  ['a full disk of MySQL', mysql(1021), 'away'],
  ['a full table', mysql(1114), 'away'],
  ['a reset connection', network('ECONNRESET'), 'lost'],
  ['a refused connection', network('ECONNREFUSED'), 'lost'],
  ['a connection lost', { code: 'PROTOCOL_CONNECTION_LOST' }, 'lost'],
  [
    'a statement on a closing connection',
    new Error("Can't add new command when connection is in closed state"),
    'lost',
  ],
  ['a used-up pool', Object.assign(new Error('x'), { name: 'KnexTimeoutError' }), 'away'],
  ['a syntax error in SQLite', sqlite(1), undefined],
  ['a NOT NULL in SQLite', sqlite(1299), undefined],
  ['a text that is too long for MySQL', mysql(1406), undefined],
  ['an error of ours', new Error('x'), undefined],
  ['no error at all', undefined, undefined],
])('%s means what it should', (_name, error, fault) => {
  expect(faultOf(error)).toBe(fault);
});
