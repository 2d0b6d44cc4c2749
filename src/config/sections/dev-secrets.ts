import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, describeFailure } from '../../kernel/failure.ts';
import { isObject } from '../../kernel/json.ts';
import type { Problems } from '../source/problems.ts';

export interface DevSecrets {
  readonly cookie: string;
  /** 32 characters. */
  readonly cipher: string;
}

/** The secrets `sallyport dev` makes for itself, once, readable by its owner alone. */
export async function loadDevSecrets(folder: string, problems: Problems): Promise<DevSecrets | undefined> {
  const file = join(folder, 'secrets.json');
  const at = { path: file, place: undefined };
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const made = { cookie: randomBytes(32).toString('base64url'), cipher: randomBytes(16).toString('hex') };
    try {
      // `wx`: of two processes that begin at once one writes, the other reads what it wrote.
      await writeFile(file, `${JSON.stringify(made, undefined, 2)}\n`, { mode: 0o600, flag: 'wx' });
      return made;
    } catch (error) {
      // The secrets of an earlier start are kept: sessions survive a restart.
      if (codeOf(error) !== 'EEXIST') throw error;
    }
    const kept = parseDevSecrets(await readFile(file, 'utf8'));
    if (kept === undefined)
      problems.error(
        at,
        'unreadable',
        'does not hold the secrets of `sallyport dev`',
        'remove the file: a new one is made',
      );
    return kept;
  } catch (error) {
    // Reading goes on, so that all problems are reported at once.
    problems.error(
      at,
      'unreadable',
      `cannot be written or read: ${describeFailure(error)}`,
      'make its folder writable, or start elsewhere',
    );
    return undefined;
  }
}

function parseDevSecrets(text: string): DevSecrets | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The caller reports a file that does not hold secrets.
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const { cookie, cipher } = value;
  return typeof cookie === 'string' && cookie.length >= 32 && typeof cipher === 'string' && cipher.length === 32
    ? { cookie, cipher }
    : undefined;
}
