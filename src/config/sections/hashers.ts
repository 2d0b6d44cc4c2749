import { isObject } from '../../kernel/json.ts';
import type { Config, Dialect } from '../config.ts';
import type { Problems } from '../source/problems.ts';
import type { TypedValues } from './typed-values.ts';

/** Equivalent floors, memory in KiB and passes (security PW-1). */
const FLOORS = [
  [47_104, 1],
  [19_456, 2],
  [12_288, 3],
  [9_216, 4],
  [7_168, 5],
] as const;

/** What all hashes in flight may take together, in KiB: 256 MiB or a quarter of the memory, the smaller. */
export const hashBudget = (totalBytes: number): number => Math.floor(Math.min(256 * 1024 ** 2, totalBytes / 4) / 1024);

export interface HasherRules {
  /** False where nobody hashes: the floors of production do not matter. */
  readonly judged: boolean;
  readonly totalMemory: number;
  readonly dialect: Dialect;
}

export function readHashers(
  values: TypedValues,
  { judged, totalMemory, dialect }: HasherRules,
  problems: Problems,
): Config['hashers'] {
  const algorithm = values.choice('hashers.algorithm', ['argon2', 'bcrypt']);
  const cost = values.number('hashers.bcrypt.cost');
  if (
    values.has('hashers.bcrypt.cost') &&
    algorithm !== 'bcrypt' &&
    !(values.has('hashers.algorithm') && !values.find('hashers.algorithm'))
  ) {
    problems.warn(
      values.at('hashers.bcrypt.cost'),
      'no-effect',
      'has no effect: hashers.algorithm is not bcrypt',
      'write hashers.algorithm: bcrypt, or remove hashers.bcrypt',
    );
  }
  if (judged && algorithm === 'bcrypt' && cost < 12)
    problems.judge(
      values.at('hashers.bcrypt.cost'),
      'production-floor',
      `is ${cost}`,
      'write `cost: 12` at least; less is for --dev',
    );
  const written = readMemory(values, dialect, problems);
  const iterations = values.number('hashers.argon2.iterations');
  const parallelism = values.number('hashers.argon2.parallelism');
  const memory = liftMemory(values, { written, parallelism, algorithm }, problems);
  const keyLength = values.number('hashers.argon2.key_length');
  const argon2 = {
    memory,
    iterations,
    parallelism,
    saltLength: values.number('hashers.argon2.salt_length'),
    keyLength,
  };
  if (algorithm === 'argon2') checkArgon2(values, argon2, { judged, budget: hashBudget(totalMemory) }, problems);
  return { algorithm, argon2, bcrypt: { cost } };
}

/** Refuses hashes that take more memory than there is, and outside of dev those that are too cheap (security PW-1). */
function checkArgon2(
  values: TypedValues,
  { memory, iterations, keyLength }: Config['hashers']['argon2'],
  { judged, budget }: { readonly judged: boolean; readonly budget: number },
  problems: Problems,
): void {
  const at = values.at(values.has('hashers.argon2.memory') ? 'hashers.argon2.memory' : 'hashers.argon2.iterations');
  if (memory > budget) {
    problems.error(
      at,
      'wrong-value',
      `asks for ${memory} KiB a hash`,
      `all hashes together have ${budget} KiB: write at most that`,
    );
  }
  if (judged && !FLOORS.some(([m, t]) => memory >= m && iterations >= t)) {
    problems.judge(
      at,
      'production-floor',
      `makes hashes of ${memory} KiB and ${iterations} passes`,
      'write at least 19456KB with 2 passes (or 47104KB with 1, 12288KB with 3, 9216KB with 4, 7168KB with 5); less is for --dev',
    );
  }
  if (judged && keyLength < 32)
    problems.judge(
      values.at('hashers.argon2.key_length'),
      'production-floor',
      `is ${keyLength}`,
      'write at least 32; less is for --dev',
    );
}

/** Argon2 takes at least 8 KiB a lane; less is below every floor of production already. */
function liftMemory(
  values: TypedValues,
  asked: { readonly written: number; readonly parallelism: number; readonly algorithm: string },
  problems: Problems,
): number {
  const least = 8 * asked.parallelism;
  if (asked.written >= least) return asked.written;
  if (asked.algorithm === 'argon2')
    problems.judge(
      values.at('hashers.argon2.memory'),
      'production-floor',
      `is ${asked.written} KiB`,
      `${least} KiB are used: a lane takes at least 8`,
    );
  return least;
}

function readMemory(values: TypedValues, dialect: Dialect, problems: Problems): number {
  const found = values.find('hashers.argon2.memory');
  const value: unknown = found?.value;
  if (found === undefined || !isObject(value) || typeof value['kib'] !== 'number') return 19_456;
  if (value['bare'] === true && dialect === 'current') {
    problems.error(
      found.at,
      'wrong-value',
      `is ${value['kib']}, without a unit`,
      `write a size such as ${value['kib']}KB`,
    );
  }
  if (value['kib'] > 1024 ** 2) problems.error(found.at, 'wrong-value', `is ${value['kib']} KiB`, 'write at most 1GB');
  return value['kib'];
}
