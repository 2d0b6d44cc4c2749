import type { Config } from '../../config/config.ts';
import { must, SallyportError } from '../../kernel/error.ts';
import type { PasswordHash } from '../../kernel/id.ts';
import type { Random } from '../../kernel/random.ts';
import { argon2Parameters, loadArgon2, randomArgon2 } from './argon2.ts';
import { BCRYPT_BYTES, bcryptCost, loadBcrypt, randomBcrypt } from './bcrypt.ts';
import type { HashBudget, HashCost, Place } from './budget.ts';
import { mostPrice } from './price.ts';
import type { RefusalGrid } from './refusal-grid.ts';
import { LONGEST, readHash, type StoredHash } from './stored-hash.ts';

/** Hashing behind an interface: what is configured makes hashes, what was imported is still verified. */
export interface Hasher {
  /** Throws `overloaded` when too many wait, before any of them is worked on. */
  admit(place: Place): void;
  /** Throws `overloaded` when too many wait, `bad_request` when it is too long. The password is taken as NFC. */
  hash(password: string, place: Place): Promise<PasswordHash>;
  /** False, never an error, for whatever does not match or cannot be read. */
  verify(password: string, hash: string, place: Place): Promise<boolean>;
  /**
   * As `verify`, for a sign-in: one hash is computed whatever is stored, also for somebody unknown (`undefined`), and who is
   * refused is told at a time that says nothing about it (security PW-7).
   */
  signIn(password: string, hash: string | undefined, place: Place): Promise<boolean>;
  /** Made with another algorithm or other parameters than today's. */
  stale(hash: string): boolean;
  /** Undefined for a format that this server does not verify, or a hash that costs too much (security PW-3, PW-7). */
  read(hash: string): StoredHash | undefined;
  /** Whether a check of this hash costs little enough. */
  tries(stored: StoredHash): boolean;
}

/** UTF-8 bytes of the longest password that is hashed (security PW-4, PW-5). */
const longestOf = ({ algorithm }: Config['hashers']): number => (algorithm === 'bcrypt' ? BCRYPT_BYTES : LONGEST);

export interface HasherParts {
  readonly settings: Config['hashers'];
  readonly budget: HashBudget;
  readonly grid: Pick<RefusalGrid, 'note' | 'wait'>;
  readonly random: Pick<Random, 'bytes'>;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/** Makes the hasher of a configuration; every hash goes through the budget. */
export function createHasher({ settings, budget, grid, random, now }: HasherParts): Hasher {
  const own = nobody(settings, random);
  const most = mostPrice(own.price);
  /** Cheaper ones are for development: what is dear is not measured by them. */
  const unit = Math.max(1, own.price);
  const tries = ({ price, memory }: StoredHash): boolean => price <= most && budget.fits(memory);
  const read = (hash: string): StoredHash | undefined => {
    const stored = readHash(hash);
    return stored !== undefined && tries(stored) ? stored : undefined;
  };
  const costOf = (...hashes: readonly StoredHash[]): HashCost => ({
    memory: Math.max(...hashes.map(({ memory }) => memory)),
    weight: Math.max(1, ...hashes.map(({ price }) => price / unit)),
  });

  async function signIn(password: string, hash: string | undefined, place: Place): Promise<boolean> {
    const spellings = spellingsOf(password);
    if (spellings.length === 0) return false;
    const stored = hash === undefined ? undefined : read(hash);
    if (stored !== undefined) grid.note(stored);
    const fits = stored !== undefined && spellings.some((spelling) => Buffer.byteLength(spelling) <= stored.longest);
    const tried = fits ? stored : own;
    // Many formats of other servers are fast: then nobody's hash is tried as well.
    const cheap = tried.price < own.price;
    let began = 0;
    const work = async (): Promise<boolean> => {
      began = now();
      if (await matchesAny(spellings, tried)) return true;
      return cheap && (await matchesAny(spellings, own));
    };
    if (await budget.run(work, place, cheap ? costOf(tried, own) : costOf(tried))) return true;
    await grid.wait({ began, spellings: spellings.length, own, most: most / unit });
    return false;
  }

  return {
    admit: budget.admit,
    async hash(password, place) {
      const longest = longestOf(settings);
      const composed = Buffer.byteLength(password) > LONGEST ? password : password.normalize('NFC');
      if (Buffer.byteLength(password) > longest || Buffer.byteLength(composed) > longest) {
        throw new SallyportError('bad_request', `A password has at most ${longest} bytes.`);
      }
      return budget.run(() => make(settings, composed, random), place, costOf(own));
    },
    async verify(password, hash, place) {
      const stored = read(hash);
      const spellings = spellingsOf(password);
      if (stored === undefined || spellings.length === 0) return false;
      return budget.run(() => matchesAny(spellings, stored), place, costOf(stored));
    },
    signIn,
    stale: (hash) => isStale(settings, hash),
    read,
    tries,
  };
}

/** A password as it is tried; none: nobody can have one that is so long. */
function spellingsOf(password: string): readonly string[] {
  if (Buffer.byteLength(password) > LONGEST) return [];
  const composed = password.normalize('NFC');
  // Hashes made elsewhere may have taken the characters as they came (security PW-6).
  return composed === password ? [composed] : [composed, password];
}

async function matchesAny(spellings: readonly string[], { longest, verify }: StoredHash): Promise<boolean> {
  for (const spelling of spellings) if (Buffer.byteLength(spelling) <= longest && (await verify(spelling))) return true;
  return false;
}

/** A hash of today's parameters that no password has: drawn, not made, so that the first stranger costs no more than the next. */
function nobody({ algorithm, argon2, bcrypt }: Config['hashers'], random: Pick<Random, 'bytes'>): StoredHash {
  const hash = algorithm === 'bcrypt' ? randomBcrypt(bcrypt.cost, random) : randomArgon2(argon2, random);
  const stored = must(readHash(hash), 'A hash of the configured kind');
  return { ...stored, longest: LONGEST };
}

async function make(
  settings: Config['hashers'],
  password: string,
  random: Pick<Random, 'bytes'>,
): Promise<PasswordHash> {
  if (settings.algorithm === 'bcrypt') {
    const bcrypt = await loadBcrypt();
    return (await bcrypt.hash(password, settings.bcrypt.cost)) as PasswordHash; // in crypt notation
  }
  const { hash } = await loadArgon2();
  const { saltLength, ...parameters } = settings.argon2;
  return (await hash(password, { ...parameters, salt: random.bytes(saltLength) })) as PasswordHash; // in PHC notation
}

function isStale({ algorithm, argon2, bcrypt }: Config['hashers'], hash: string): boolean {
  if (algorithm === 'bcrypt') return bcryptCost(hash) !== bcrypt.cost;
  const used = argon2Parameters(hash);
  return !(
    used?.type === 'argon2id' &&
    used.memory === argon2.memory &&
    used.iterations === argon2.iterations &&
    used.parallelism === argon2.parallelism &&
    used.keyLength === argon2.keyLength
  );
}
