import { expect, test } from 'vitest';
import { mysqlFault } from './errors.ts';

const mysql = (errno: number): unknown => Object.assign(new Error('x'), { code: 'ER_X', errno });
const network = (code: string): unknown => Object.assign(new Error('x'), { code, errno: -104 });

test.each([
  ['a duplicate', mysql(1062), 'taken'],
  ['a parent that is gone', mysql(1452), 'orphan'],
  ['a deadlock', mysql(1213), 'retry'],
  ['a lock wait', mysql(1205), 'retry'],
  ['a record that changed', mysql(1020), 'retry'],
  ['NOWAIT', mysql(3572), 'retry'],
  ['a server that became read-only', mysql(1290), 'lost'],
  ['a node that is not ready', mysql(1047), 'lost'],
  ['a full disk', mysql(1021), 'unavailable'],
  ['a full table', mysql(1114), 'unavailable'],
  ['a reset connection', network('ECONNRESET'), 'lost'],
  ['a refused connection', network('ECONNREFUSED'), 'lost'],
  ['a connection lost', { code: 'PROTOCOL_CONNECTION_LOST' }, 'lost'],
  [
    'a statement on a closing connection',
    new Error("Can't add new command when connection is in closed state"),
    'lost',
  ],
  ['an exhausted pool', Object.assign(new Error('x'), { name: 'KnexTimeoutError' }), 'unavailable'],
  ['a text that is too long', mysql(1406), undefined],
  ['an error of this program', new Error('x'), undefined],
  ['no error at all', undefined, undefined],
])('%s means what it should', (_name, error, fault) => {
  expect(mysqlFault(error)).toBe(fault);
});
