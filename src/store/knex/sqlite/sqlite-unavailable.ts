import { failureOf } from '../../../kernel/failure.ts';
import { isObject } from '../../../kernel/json.ts';
import { isPoolTimeout } from '../fault.ts';
import { unavailable, type Unavailable } from '../unavailable.ts';

/** Explains why a database file cannot be used. */
export function sqliteUnavailable(file: string): Unavailable {
  return (cause) => {
    const [words, advice] = explain(cause);
    return unavailable(cause, `The database ${file} is not available: ${words}. ${advice}.`);
  };
}

type Explanation = readonly [words: string, advice: string];

function explain(error: unknown): Explanation {
  const result = resultOf(error);
  if (result !== undefined) {
    const [name, words, advice] = RESULTS.get(result & 0xff) ?? [
      '',
      'SQLite cannot use it',
      'Name another file in dsn',
    ];
    return [`${words} (${name === '' ? '' : `${name}, `}result ${result})`, advice];
  }
  const failure = failureOf(error);
  if (failure === undefined || (isObject(error) && isPoolTimeout(error)))
    return ['another write did not end in time', 'Look for what keeps it'];
  const { code, meaning } = failure;
  return [`${meaning?.words ?? 'the file cannot be used'} (${code})`, FILES[code] ?? 'Name another file in dsn'];
}

/** The result code of SQLite, extended. */
function resultOf(error: unknown): number | undefined {
  if (!isObject(error) || error['code'] !== 'ERR_SQLITE_ERROR') return undefined;
  return typeof error['errcode'] === 'number' ? error['errcode'] : undefined;
}

const WRITABLE = 'Give the user of this process the right to write the file and its folder';
const RESTORE = 'Restore a backup, or name another file in dsn';

const RESULTS: ReadonlyMap<number, readonly [name: string, words: string, advice: string]> = new Map([
  [5, ['SQLITE_BUSY', 'another process holds it', 'Let one server use the file']],
  [6, ['SQLITE_LOCKED', 'another process holds it', 'Let one server use the file']],
  [7, ['SQLITE_NOMEM', 'there is no memory left', 'Give this process more memory']],
  [8, ['SQLITE_READONLY', 'it cannot be written', WRITABLE]],
  [10, ['SQLITE_IOERR', 'the disk refuses to read or write', 'Look at the disk, its rights and its free space']],
  [11, ['SQLITE_CORRUPT', 'the file is damaged', RESTORE]],
  [13, ['SQLITE_FULL', 'the disk is full', 'Free space on it']],
  [14, ['SQLITE_CANTOPEN', 'it cannot be opened', WRITABLE]],
  [26, ['SQLITE_NOTADB', 'the file is damaged, or not a database', RESTORE]],
]);

const FILES: Readonly<Record<string, string>> = {
  EISDIR: 'Name a file in dsn: sqlite:///path/of/sallyport.sqlite',
  ENOTDIR: 'Correct the path in dsn',
  EEXIST: 'Correct the path in dsn',
  ENOENT: 'Make its folder, or correct the path in dsn',
  EROFS: 'Name a file on a file system that can be written',
  EACCES: WRITABLE,
  EPERM: WRITABLE,
  ENOSPC: 'Free space on the disk',
  EDQUOT: 'Free space on the disk',
};
