import type { Config } from '../../config/config.ts';
import { SallyportError } from '../../kernel/error.ts';
import type { PasswordHash } from '../../kernel/id.ts';
import type { Random } from '../../kernel/random.ts';
import { argon2Parameters, loadArgon2, randomArgon2 } from './argon2.ts';
import type { HashBudget, Place } from './budget.ts';
import { bcryptCost, loadBcrypt, randomBcrypt } from './bcrypt.ts';
import { importedFormat } from './imported.ts';

/** Hashing behind an interface: what is configured makes hashes, what was imported is still verified. */
export interface Hasher {
  /** Throws `overloaded` when too many wait, before any of them is worked on. */
  admit(place: Place): void;
  /** Throws `overloaded` when too many wait, `bad_request` when it is too long. The password is taken as NFC. */
  hash(password: string, place: Place): Promise<PasswordHash>;
  /** False, never an error, for whatever does not match or cannot be read. */
  verify(password: string, hash: string, place: Place): Promise<boolean>;
  /** The same work for somebody unknown (security PW-7). */
  verifyNobody(password: string, place: Place): Promise<false>;
  /** Made with another algorithm or other parameters than today's. */
  stale(hash: string): boolean;
  /** A format and a cost this server verifies (security PW-3). */
  accepts(hash: string): boolean;
}

/** UTF-8 bytes of the longest password (security PW-4). */
export const LONGEST = 1_024;
/** What bcrypt reads: more is refused, never cut off (security PW-5). */
export const LONGEST_BCRYPT = 72;

/** Makes the hasher of a configuration; every hash goes through the budget. */
export function createHasher({
  settings,
  budget,
  random,
}: {
  readonly settings: Config['hashers'];
  readonly budget: HashBudget;
  readonly random: Pick<Random, 'bytes'>;
}): Hasher {
  const { memory, iterations, parallelism, saltLength, keyLength } = settings.argon2;
  const library = loadArgon2();
  const most = settings.algorithm === 'bcrypt' ? LONGEST_BCRYPT : LONGEST;
  /** KiB one takes. */
  const usual = settings.algorithm === 'bcrypt' ? 0 : memory;
  /** Nobody's: drawn, not made, so that the first stranger costs no more than the next. */
  const nobody =
    settings.algorithm === 'bcrypt'
      ? randomBcrypt(settings.bcrypt.cost, random)
      : randomArgon2(settings.argon2, random);

  async function make(password: string): Promise<PasswordHash> {
    if (settings.algorithm === 'bcrypt') {
      const bcrypt = await loadBcrypt();
      return (await bcrypt.hash(password, settings.bcrypt.cost)) as PasswordHash; // in crypt notation
    }
    const { hash } = await library;
    const salt = random.bytes(saltLength);
    return (await hash(password, { memory, iterations, parallelism, keyLength, salt })) as PasswordHash; // in PHC notation
  }

  async function matches(password: string, hash: string): Promise<boolean> {
    if (argon2Parameters(hash) !== undefined) return (await library).verify(hash, password);
    if (bcryptCost(hash) !== undefined) return (await loadBcrypt()).verify(hash, password);
    return (await importedFormat(hash)?.check(password)) ?? false;
  }

  /** KiB a check of this hash takes; undefined: it is none, or asks for more than all may take. */
  function costOf(hash: string): number | undefined {
    const own = argon2Parameters(hash)?.memory ?? (bcryptCost(hash) === undefined ? undefined : 0);
    const found = own ?? importedFormat(hash)?.memory;
    return found === undefined || !budget.fits(found) ? undefined : found;
  }

  async function verify(password: string, hash: string, place: Place): Promise<boolean> {
    if (Buffer.byteLength(password) > LONGEST) return false;
    const composed = password.normalize('NFC');
    // Hashes made elsewhere may have taken the characters as they came (security PW-6).
    const spellings = composed === password ? [composed] : [composed, password];
    const cost = costOf(hash);
    if (cost !== undefined && (await tryAll(spellings, hash, place, cost))) return true;
    // The formats of other servers are fast: a wrong password then costs at least what it costs for anybody.
    if (argon2Parameters(hash) === undefined && bcryptCost(hash) === undefined)
      await tryAll(spellings, nobody, place, usual);
    return false;
  }

  const tryAll = (spellings: readonly string[], hash: string, place: Place, memory: number): Promise<boolean> =>
    budget.run(
      async () => {
        for (const spelling of spellings) if (await matches(spelling, hash)) return true;
        return false;
      },
      place,
      { memory },
    );

  return {
    admit: budget.admit,
    async hash(password, place) {
      const bytes = Buffer.byteLength(password);
      const composed = bytes > LONGEST ? password : password.normalize('NFC');
      if (bytes > most || Buffer.byteLength(composed) > most) {
        throw new SallyportError('bad_request', `A password has at most ${most} bytes.`);
      }
      return budget.run(() => make(composed), place, { memory: usual });
    },
    verify,
    async verifyNobody(password, place) {
      await verify(password, nobody, place);
      return false;
    },
    stale: (hash) => isStale(settings, hash),
    accepts: (hash) => costOf(hash) !== undefined,
  };
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
