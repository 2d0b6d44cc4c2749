import { pbkdf2 } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { lowerPoolPriority } from './lower-priority.ts';

const LOWER = 15;
const linux = process.platform === 'linux';

/** The nice values of the threads of a name (proc_pid_stat(5), field 19). */
function nicesOf(name: string): readonly number[] {
  if (!linux) return [];
  return readdirSync('/proc/self/task').flatMap((thread) => {
    const stat = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8');
    if (!stat.includes(`(${name})`)) return [];
    return [Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16])];
  });
}

test('the threads that hash yield to the main thread, which stays as it was', async () => {
  await promisify(pbkdf2)('a', 'b', 1, 8, 'sha256');
  const main = nicesOf('MainThread');
  expect(lowerPoolPriority()).toBe(true);
  expect(new Set(nicesOf('libuv-worker'))).toEqual(new Set(linux ? [LOWER] : []));
  expect(nicesOf('MainThread')).toEqual(main);
  // Hashing goes on as before.
  expect(await promisify(pbkdf2)('a', 'b', 1, 8, 'sha256')).toHaveLength(8);
});
