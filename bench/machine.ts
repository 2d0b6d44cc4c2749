import { spawnSync } from 'node:child_process';
import os from 'node:os';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { loadArgon2 } from '../src/strategy/password/argon2.ts';
import { HASHING } from './people.ts';
import type { Options } from './options.ts';

/** The machine, the date and the settings of the measurement: the head of the table. */
export async function describeRun(
  options: Options,
  pinned: boolean,
  database: string | undefined,
): Promise<readonly string[]> {
  const cpus = os.cpus();
  const { memory, iterations, parallelism } = HASHING;
  const { library } = await loadArgon2();
  return [
    `Date: ${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC, ${commit()}`,
    `Machine: ${cpus.length} × ${cpus[0]?.model.trim() ?? 'unknown'}, ${Math.round(os.totalmem() / 1024 ** 3)} GiB, ${os.type()} ${os.release()}`,
    `Node ${process.versions.node}, SQLite ${process.versions['sqlite'] ?? 'unknown'}${database === undefined ? '' : `, ${database}`}`,
    `Rounds: ${options.rounds}, of ${options.pairs} pairs of ${options.slice} s each side (logins and registrations twice as long)`,
    `Cores: ${pinned ? 'what is measured on core 0, load and database server on the others' : 'not pinned'}; load before: ${os
      .loadavg()
      .map((each) => each.toFixed(1))
      .join(' ')}`,
    `Hashes: argon2id by ${library}, m=${memory} KiB, t=${iterations}, p=${parallelism}`,
  ];
}

function commit(): string {
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  const git = (...args: readonly string[]) => spawnSync('git', args, { cwd, encoding: 'utf8' }).stdout?.trim() ?? '';
  const head = git('rev-parse', '--short', 'HEAD');
  if (head === '') return 'not a checkout';
  return `commit ${head}${git('status', '--porcelain', '--untracked-files=no') === '' ? '' : ' with changes'}`;
}
