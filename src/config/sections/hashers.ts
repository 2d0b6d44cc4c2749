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
  /** False under dev. */
  readonly floor: boolean;
  readonly totalMemory: number;
  readonly dialect: Dialect;
}

export function readHashers(
  values: TypedValues,
  { floor, totalMemory, dialect }: HasherRules,
  problems: Problems,
): Config['hashers'] {
  const algorithm = values.choice('hashers.algorithm', ['argon2', 'bcrypt']);
  const cost = values.number('hashers.bcrypt.cost');
  if (
    values.has('hashers.bcrypt.cost') &&
    algorithm !== 'bcrypt' &&
    !(values.has('hashers.algorithm') && !values.find('hashers.algorithm'))
  ) {
    problems.error(
      values.at('hashers.bcrypt.cost'),
      'contradiction',
      'is set, but hashers.algorithm is not bcrypt',
      'write hashers.algorithm: bcrypt, or remove hashers.bcrypt',
    );
  }
  if (floor && algorithm === 'bcrypt' && cost < 12) {
    problems.error(values.at('hashers.bcrypt.cost'), 'unsafe', `is ${cost}`, 'write at least 12; less is for --dev');
  }
  const memory = readMemory(values, dialect, problems);
  const iterations = values.number('hashers.argon2.iterations');
  const parallelism = values.number('hashers.argon2.parallelism');
  const keyLength = values.number('hashers.argon2.key_length');
  const argon2 = {
    memory,
    iterations,
    parallelism,
    saltLength: values.number('hashers.argon2.salt_length'),
    keyLength,
  };
  if (algorithm === 'argon2') checkArgon2(values, argon2, { floor, budget: hashBudget(totalMemory) }, problems);
  return { algorithm, argon2, bcrypt: { cost } };
}

/** Refuses hashes that take more memory than there is, and outside of dev those that are too cheap (security PW-1). */
function checkArgon2(
  values: TypedValues,
  { memory, iterations, parallelism, keyLength }: Config['hashers']['argon2'],
  { floor, budget }: { readonly floor: boolean; readonly budget: number },
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
  if (memory < 8 * parallelism)
    problems.error(at, 'wrong-value', `is ${memory} KiB for ${parallelism} lanes`, 'a lane takes at least 8 KiB');
  if (floor && !FLOORS.some(([m, t]) => memory >= m && iterations >= t)) {
    problems.error(
      at,
      'unsafe',
      `makes hashes of ${memory} KiB and ${iterations} passes`,
      'write at least 19456KB with 2 passes (or 47104KB with 1, 12288KB with 3, 9216KB with 4, 7168KB with 5); less is for --dev',
    );
  }
  if (floor && keyLength < 32)
    problems.error(
      values.at('hashers.argon2.key_length'),
      'unsafe',
      `is ${keyLength}`,
      'write at least 32; less is for --dev',
    );
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
