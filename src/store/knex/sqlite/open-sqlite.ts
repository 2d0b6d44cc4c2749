import { chmodSync, closeSync, existsSync, mkdirSync, openSync, statfsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { SallyportError } from '../../../kernel/error.ts';
import { codeOf } from '../../../kernel/failure.ts';
import { sqliteFault } from './errors.ts';
import { sqliteUnavailable } from './sqlite-unavailable.ts';

/**
 * SQLite blocks the process for so many milliseconds while it waits for a lock; longer waits use a timer (reliability
 *
 */
export const BUSY_TIMEOUT = 50;
/** A lock of another process is waited for so many milliseconds. */
export const BUSY_LIMIT = 5_000;

/** KiB of pages that a connection keeps. */
const CACHE = { writer: 16_384, reader: 65_536 } as const;

/** In older versions a checkpoint that races with a write can damage the file. */
const OLDEST = [3, 51, 3] as const;
/** Network file systems, whose locks cannot be trusted, by their magic number. */
const NETWORK = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x5346414f, 'AFS'],
  [0x00c36400, 'Ceph'],
]);

/**
 * Opens a connection and checks every setting that the store relies on (reliability R-30). A `writer` creates a missing
 * file; a database in memory has only a writer. Throws `unavailable` for a file that is damaged, on a network file
 * system or refused a setting.
 */
export async function openSqlite(file: string, as: 'writer' | 'reader'): Promise<DatabaseSync> {
  const { DatabaseSync: Database } = await import('node:sqlite');
  const memory = file === ':memory:';
  let database: DatabaseSync | undefined;
  try {
    if (!memory && as === 'writer') prepareFile(file);
    database = new Database(file, { readOnly: as === 'reader', timeout: BUSY_TIMEOUT });
    assertVersion(database);
    await settings(database, as, memory);
    return database;
  } catch (error) {
    database?.close();
    throw sqliteFault(error) === undefined && codeOf(error) === undefined ? error : sqliteUnavailable(file)(error);
  }
}

/** Creates the file before SQLite does, readable by its owner only. */
function prepareFile(file: string): void {
  const folder = dirname(resolve(file));
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const network = NETWORK.get(statfsSync(folder).type);
  if (network !== undefined) {
    throw new SallyportError('unavailable', `The database ${file} is on ${network}; SQLite needs a local file system.`);
  }
  closeSync(openSync(file, 'a', 0o600));
  if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
}

function assertVersion(database: DatabaseSync): void {
  const found = String(database.prepare('SELECT sqlite_version() AS version').get()?.['version']);
  const parts = found.split('.').map(Number);
  const off = OLDEST.findIndex((wanted, i) => parts[i] !== wanted);
  if (off >= 0 && (parts[off] ?? 0) < (OLDEST[off] ?? 0)) {
    throw new SallyportError('unavailable', `SQLite is ${found}; ${OLDEST.join('.')} or newer is needed.`);
  }
}

async function settings(database: DatabaseSync, as: 'writer' | 'reader', memory: boolean): Promise<void> {
  const wanted: readonly (readonly [name: string, value: string, answer: string | number])[] = [
    ...(memory || as === 'reader' ? [] : [['journal_mode', 'WAL', 'wal'] as const]),
    ['synchronous', 'FULL', 2],
    ['foreign_keys', 'ON', 1],
    ['trusted_schema', 'OFF', 0],
    // Journals of statements, sorting: a process may have no folder for temporary files.
    ['temp_store', 'MEMORY', 2],
    ...(memory ? [] : [['mmap_size', '0', 0] as const]),
    // KiB, taken as they are needed: the 2 MiB of the default hold the index of some thousand people.
    ...(memory ? [] : [['cache_size', `-${CACHE[as]}`, -CACHE[as]] as const]),
    ...(memory || as === 'reader' ? [] : [['journal_size_limit', '67108864', 67_108_864] as const]),
  ];
  for (const [name, value, answer] of wanted) {
    await untilFree(() => database.exec(`PRAGMA ${name} = ${value}`));
    const found = Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
    if (found !== answer)
      throw new SallyportError('unavailable', `SQLite refuses ${name} = ${value}; it is ${String(found)}.`);
  }
}

/** Runs the work again while another process holds the lock. */
async function untilFree(work: () => void): Promise<void> {
  const limit = performance.now() + BUSY_LIMIT;
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (sqliteFault(error) !== 'retry' || performance.now() > limit) throw error;
      await sleep(10);
    }
  }
}
