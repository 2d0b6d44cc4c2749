import { argon2Parameters, loadArgon2 } from './argon2.ts';
import { bcryptCost, loadBcrypt } from './bcrypt.ts';
import { importedFormat } from './imported.ts';
import { argon2Price, bcryptPrice } from './price.ts';

/** UTF-8 bytes of the longest password (security PW-4). */
export const LONGEST = 1_024;

/** A stored hash of whatever origin: what a check costs, and the check. */
export interface StoredHash {
  /** Of two hashes of one kind the one with the higher price takes longer. */
  readonly kind: string;
  /** Processor time; the unit is that of `price.ts`. */
  readonly price: number;
  /** KiB. */
  readonly memory: number;
  /** UTF-8 bytes. A longer password is not tried. */
  readonly longest: number;
  verify(password: string): Promise<boolean>;
}

/** Undefined for what is in no known format, or beyond its bounds (security PW-3). */
export function readHash(hash: string): StoredHash | undefined {
  const argon2 = argon2Parameters(hash);
  if (argon2 !== undefined) {
    const { type, memory, iterations, parallelism } = argon2;
    return {
      kind: `${type} m=${memory},t=${iterations},p=${parallelism}`,
      price: argon2Price(memory, iterations),
      memory,
      longest: LONGEST,
      verify: async (password) => (await loadArgon2()).verify(hash, password),
    };
  }
  const cost = bcryptCost(hash);
  if (cost !== undefined) {
    return {
      kind: 'bcrypt',
      price: bcryptPrice(cost),
      memory: 0,
      longest: LONGEST,
      verify: async (password) => (await loadBcrypt()).verify(hash, password),
    };
  }
  const imported = importedFormat(hash);
  if (imported === undefined) return undefined;
  const { check, ...rest } = imported;
  return { ...rest, longest: Math.min(imported.longest, LONGEST), verify: check };
}
