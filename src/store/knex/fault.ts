import { isObject } from '../../kernel/json.ts';

/**
 * What a driver's error means for us, on every engine:
 * - `taken`: a unique value that somebody else has;
 * - `orphan`: the row it should hang on is gone;
 * - `again`: nothing was done, a whole transaction may be run again at once (deadlock, lock wait, busy);
 * - `lost`: the connection, or the server behind it, is of no use any more; another may be;
 * - `away`: the database cannot do it now (disk full, read-only, pool used up): 503;
 * - `damaged`: the file is not what it should be: no more writing.
 * Anything else is a bug of ours.
 */
export type Fault = 'taken' | 'orphan' | 'again' | 'lost' | 'away' | 'damaged';

/** Primary result codes of SQLite. */
const SQLITE: ReadonlyMap<number, Fault> = new Map([
  [5, 'again'], // BUSY
  [6, 'again'], // LOCKED
  [7, 'away'], // NOMEM
  [8, 'away'], // READONLY
  [10, 'away'], // IOERR
  [11, 'damaged'], // CORRUPT
  [13, 'away'], // FULL
  [14, 'away'], // CANTOPEN
  [26, 'damaged'], // NOTADB
]);
/** Extended codes that say more than their primary one (CONSTRAINT). */
const SQLITE_EXTENDED: ReadonlyMap<number, Fault> = new Map([
  [1555, 'taken'], // primary key
  [2067, 'taken'], // unique
  [787, 'orphan'], // foreign key
]);

const MYSQL: ReadonlyMap<number, Fault> = new Map([
  [1062, 'taken'],
  [1586, 'taken'],
  [1216, 'orphan'],
  [1452, 'orphan'],
  [1213, 'again'], // deadlock; Galera: certification
  [1205, 'again'], // lock wait; rolls back only the statement, so we roll back
  [1020, 'again'], // record changed (MariaDB's snapshot isolation)
  [3572, 'again'], // NOWAIT
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
  [1021, 'away'], // disk full
  [1114, 'away'], // table full
  [1030, 'away'], // storage engine
  [1045, 'away'], // access denied
  [1049, 'away'], // no such database
  [1044, 'away'],
]);

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

/** The one place that knows the drivers' codes. */
export function faultOf(error: unknown): Fault | undefined {
  if (!isObject(error)) return undefined;
  const { code, errcode, errno, name, message } = error;
  if (code === 'ERR_SQLITE_ERROR' && typeof errcode === 'number') {
    return SQLITE_EXTENDED.get(errcode) ?? SQLITE.get(errcode & 0xff);
  }
  if (name === 'KnexTimeoutError' || name === 'TimeoutError') return 'away';
  if (typeof errno === 'number' && errno > 0) return MYSQL.get(errno);
  // mysql2 gives this one neither code nor number: a statement on a connection it has just seen closing.
  if (typeof message === 'string' && message.includes('connection is in closed state')) return 'lost';
  return typeof code === 'string' && NETWORK.has(code) ? 'lost' : undefined;
}
