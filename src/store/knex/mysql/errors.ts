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
  if (typeof errno === 'number' && errno > 0) return NUMBERS.get(errno);
  // mysql2 gives this one neither code nor number: a statement on a connection that it has just seen closing.
  if (typeof message === 'string' && message.includes('connection is in closed state')) return 'lost';
  return typeof code === 'string' && NETWORK.has(code) ? 'lost' : undefined;
}
