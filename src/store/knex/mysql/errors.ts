import { isObject } from '../../../kernel/json.ts';
import { isPoolTimeout, type Fault } from '../fault.ts';

/** Error numbers of MySQL and MariaDB. */
const NUMBERS: ReadonlyMap<number, Fault> = new Map([
  [1062, 'taken'],
  [1586, 'taken'],
  [1216, 'orphan'],
  [1452, 'orphan'],
  [1213, 'retry'], // deadlock; Galera: certification
  [1205, 'retry'], // lock wait; the server rolls back the statement only, the store the rest
  [1020, 'retry'], // record changed (MariaDB's snapshot isolation)
  [3572, 'retry'], // NOWAIT
  [1040, 'lost'], // too many connections
  [1047, 'lost'], // WSREP not ready
  [1053, 'lost'], // shutdown in progress
  [1077, 'lost'],
  [1079, 'lost'],
  [1290, 'lost'], // read-only: the primary has moved
  [1317, 'lost'], // query killed
  [1792, 'lost'],
  [1836, 'lost'],
  [1927, 'lost'], // connection killed
  [2006, 'lost'],
  [2013, 'lost'],
  [3100, 'lost'],
  [3169, 'lost'], // session killed
  [4031, 'lost'], // inactivity
  [1021, 'unavailable'], // disk full
  [1114, 'unavailable'], // table full
  [1030, 'unavailable'], // storage engine
  [1045, 'unavailable'], // access denied
  [1129, 'unavailable'], // this machine is blocked
  [1130, 'unavailable'], // this machine may not connect
  [1203, 'unavailable'], // too many connections of this user
  [1226, 'unavailable'],
  [1251, 'unavailable'], // a way to sign in that the driver lacks
  [1524, 'unavailable'],
  [1698, 'unavailable'], // access denied, without a password
  [1820, 'unavailable'], // the password has expired
  [1862, 'unavailable'],
  [3118, 'unavailable'], // the account is locked
  [4151, 'unavailable'], // the same, MariaDB
  [3159, 'unavailable'], // encrypted connections only
  [1142, 'unavailable'], // no right on a table
  [1143, 'unavailable'], // no right on a column
  [1227, 'unavailable'], // no such right at all
  [1665, 'unavailable'], // binary log by statement
  [1049, 'unavailable'], // no such database
  [1044, 'unavailable'],
]);

/** Codes of the driver and of Node's sockets. */
const NETWORK: ReadonlySet<string> = new Set([
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR',
  'PROTOCOL_ENQUEUE_AFTER_QUIT',
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'ENOENT',
  'EAI_AGAIN',
  'ER_SERVER_SHUTDOWN',
]);

/** The meaning of an error of mysql2, whether the server or the connection made it. */
export function mysqlFault(error: unknown): Fault | undefined {
  if (!isObject(error)) return undefined;
  const { code, errno, message } = error;
  if (isPoolTimeout(error)) return 'unavailable';
  // What ends the connection (a sign-in that is refused, a certificate) is never a fault of a statement.
  const ended = error['fatal'] === true ? 'unavailable' : undefined;
  if (typeof errno === 'number' && errno > 0) return NUMBERS.get(errno) ?? ended;
  // mysql2 gives this one neither code nor number: a statement on a connection that it has just seen closing.
  if (typeof message === 'string' && message.includes('connection is in closed state')) return 'lost';
  return typeof code === 'string' && NETWORK.has(code) ? 'lost' : ended;
}
