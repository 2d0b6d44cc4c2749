import type { Config } from '../../config/config.ts';
import type { PasswordHash } from '../../kernel/id.ts';
import type { Random } from '../../kernel/random.ts';
import { argon2Parameters, loadArgon2 } from './argon2.ts';
import type { HashBudget } from './budget.ts';
import { bcryptCost, loadBcrypt } from './bcrypt.ts';
import { importedFormat } from './imported.ts';

/** Hashing behind an interface: what is configured makes hashes, what was imported is still verified. */
export interface Hasher {
  /** Throws `overloaded` when too many wait. The password is taken as NFC. */
  hash(password: string): Promise<PasswordHash>;
  /** False, never an error, for whatever does not match or cannot be read. */
  verify(password: string, hash: string): Promise<boolean>;
  /** The same work for somebody unknown (security PW-7). */
  verifyNobody(password: string): Promise<false>;
  /** Made with another algorithm or other parameters than today's. */
  stale(hash: string): boolean;
  /** A format and a cost this server verifies (security PW-3). */
  accepts(hash: string): boolean;
}

/** Makes the hasher of a configuration; every hash goes through the budget. */
export function createHasher({
  settings,
  budget,
  random,
}: {
  readonly settings: Config['hashers'];
  readonly budget: HashBudget;
  readonly random: Pick<Random, 'bytes' | 'token'>;
}): Hasher {
  const { memory, iterations, parallelism, saltLength, keyLength } = settings.argon2;
  const library = loadArgon2();
  const make = async (password: string): Promise<PasswordHash> => {
    if (settings.algorithm === 'bcrypt')
      return (await (await loadBcrypt()).hash(password.normalize('NFC'), settings.bcrypt.cost)) as PasswordHash; // in crypt notation
    const { hash } = await library;
    return (await hash(password.normalize('NFC'), {
      memory,
      iterations,
      parallelism,
      keyLength,
      salt: random.bytes(saltLength),
    })) as PasswordHash; // in PHC notation
  };
  let nobody: Promise<PasswordHash> | undefined;

  const matches = async (password: string, hash: string): Promise<boolean> => {
    if (argon2Parameters(hash) !== undefined) return (await library).verify(hash, password);
    if (bcryptCost(hash) !== undefined) return (await loadBcrypt()).verify(hash, password);
    return (await importedFormat(hash)?.(password)) ?? false;
  };
  const verify = (password: string, hash: string): Promise<boolean> =>
    budget.run(async () => {
      const composed = password.normalize('NFC');
      if (await matches(composed, hash)) return true;
      // Hashes made elsewhere may have taken the characters as they came (security PW-6).
      return composed !== password && (await matches(password, hash));
    });

  return {
    hash: (password) => budget.run(() => make(password)),
    verify,
    async verifyNobody(password) {
      nobody ??= make(random.token(32));
      await verify(password, await nobody);
      return false;
    },
    stale(hash) {
      if (settings.algorithm === 'bcrypt') return bcryptCost(hash) !== settings.bcrypt.cost;
      const used = argon2Parameters(hash);
      return (
        used === undefined ||
        used.memory !== memory ||
        used.iterations !== iterations ||
        used.parallelism !== parallelism ||
        used.type !== 'argon2id'
      );
    },
    accepts: (hash) =>
      argon2Parameters(hash) !== undefined || bcryptCost(hash) !== undefined || importedFormat(hash) !== undefined,
  };
}
