import { readFile } from 'node:fs/promises';

/** Tells whether a password is one of the bundled common ones; the list is read at its first use (security PW-8). */
export function createCommonList(
  file: URL = new URL('./common.txt', import.meta.url),
): (password: string) => Promise<boolean> {
  let list: Promise<ReadonlySet<string>> | undefined;
  const load = async (): Promise<ReadonlySet<string>> =>
    new Set((await readFile(file, 'utf8')).split('\n').filter((line) => line !== ''));
  return async (password) => {
    list ??= load();
    return (await list).has(password.toLowerCase());
  };
}
