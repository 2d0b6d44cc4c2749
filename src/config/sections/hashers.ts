import { isObject } from '../../kernel/json.ts';
import type { Config } from '../config.ts';
import { warnOfName } from '../dialect/move-old-keys.ts';
import type { Problems } from '../source/problems.ts';
import type { LoadContext } from './load-context.ts';
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

export function readHashers(values: TypedValues, context: LoadContext): Config['hashers'] {
  const { judged, problems } = context;
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
  const bcrypt = {
    cost: algorithm === 'bcrypt' ? liftOld(values, context, 'hashers.bcrypt.cost', cost, LEAST_COST) : cost,
  };
  if (judged && algorithm === 'bcrypt' && bcrypt.cost < LEAST_COST)
    problems.judge(
      values.at('hashers.bcrypt.cost'),
      'production-floor',
      `is ${cost}`,
      'write `cost: 12` at least; less is for --dev',
    );
  const parallelism = values.number('hashers.argon2.parallelism');
  const written = {
    memory: liftMemory(values, { written: readMemory(values, context), parallelism, algorithm }, problems),
    iterations: values.number('hashers.argon2.iterations'),
    parallelism,
    saltLength: values.number('hashers.argon2.salt_length'),
    keyLength: values.number('hashers.argon2.key_length'),
  };
  if (algorithm !== 'argon2') return { algorithm, argon2: written, bcrypt };
  const argon2 = liftArgon2(values, context, written);
  checkArgon2(values, argon2, { judged, budget: hashBudget(context.machine.totalMemory) }, problems);
  return { algorithm, argon2, bcrypt };
}

const LEAST_COST = 12;
const LEAST_KEY = 32;

/** A file that ran for years goes on: what it asks of new hashes is raised to the floor, with a warning. */
function liftOld(
  values: TypedValues,
  { origin, judged, dev, settled, problems }: LoadContext,
  key: string,
  written: number,
  least: number,
): number {
  if (origin.release === 'current' || !judged || dev || written >= least) return written;
  settled.set(key, least);
  problems.warn(values.at(key), 'safe-reading', `is ${written}`, `new hashes are made with ${least}: write that`);
  return least;
}

/** Memory below the floor, or beyond what there is, becomes the floor (security PW-1); stored hashes carry their own figures. */
function liftArgon2(values: TypedValues, context: LoadContext, written: Argon2): Argon2 {
  const { origin, judged, dev, settled, machine, problems } = context;
  const keyLength = liftOld(values, context, 'hashers.argon2.key_length', written.keyLength, LEAST_KEY);
  const isGood = reachesFloor(written) && written.memory <= hashBudget(machine.totalMemory);
  if (origin.release === 'current' || !judged || dev || isGood) return { ...written, keyLength };
  const iterations = Math.max(written.iterations, FLOOR.iterations);
  settled.set('hashers.argon2.memory', `${FLOOR.memory}KB`).set('hashers.argon2.iterations', iterations);
  problems.warn(
    values.at(values.has('hashers.argon2.memory') ? 'hashers.argon2.memory' : 'hashers.argon2.iterations'),
    'safe-reading',
    `makes hashes of ${written.memory} KiB and ${written.iterations} passes`,
    `new hashes are made with ${FLOOR.memory}KB and ${iterations} passes: write that`,
  );
  return { ...written, memory: FLOOR.memory, iterations, keyLength };
}

type Argon2 = Config['hashers']['argon2'];
const FLOOR = { memory: 19_456, iterations: 2 };
const reachesFloor = ({ memory, iterations }: Argon2): boolean =>
  FLOORS.some(([m, t]) => memory >= m && iterations >= t);

/** Refuses hashes that take more memory than there is, and outside of dev those that are too cheap (security PW-1). */
function checkArgon2(
  values: TypedValues,
  argon2: Argon2,
  { judged, budget }: { readonly judged: boolean; readonly budget: number },
  problems: Problems,
): void {
  const { memory, iterations, keyLength } = argon2;
  const at = values.at(values.has('hashers.argon2.memory') ? 'hashers.argon2.memory' : 'hashers.argon2.iterations');
  if (memory > budget) {
    problems.error(
      at,
      'wrong-value',
      `asks for ${memory} KiB a hash`,
      `all hashes together have ${budget} KiB: write at most that`,
    );
  }
  if (judged && !reachesFloor(argon2)) {
    problems.judge(
      at,
      'production-floor',
      `makes hashes of ${memory} KiB and ${iterations} passes`,
      'write at least 19456KB with 2 passes (or 47104KB with 1, 12288KB with 3, 9216KB with 4, 7168KB with 5); less is for --dev',
    );
  }
  if (judged && keyLength < LEAST_KEY)
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

/** In KiB; up to v0.5 a number without a unit. */
function readMemory(values: TypedValues, { origin, problems }: LoadContext): number {
  const found = values.find('hashers.argon2.memory');
  const value: unknown = found?.value;
  if (found === undefined || !isObject(value) || typeof value['kib'] !== 'number') return FLOOR.memory;
  const { kib, bare } = value;
  if (bare === true && origin.dialect === 'current')
    warnOfName(found, 'v0.4, v0.5: a number of KiB', `write ${kib}KB`, problems);
  if (kib > 1024 ** 2 && origin.release === 'current')
    problems.error(found.at, 'wrong-value', `is ${kib} KiB`, 'write at most 1GB');
  return kib;
}
