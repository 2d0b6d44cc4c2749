import type { Random } from '../../kernel/random.ts';

/** bcrypt reads no further than this; more never matches, instead of matching by its beginning (security PW-5). */
export const BCRYPT_BYTES = 72;
const MOST_COST = 15;
const FORMAT = /^\$2[abyz]?\$(\d\d)\$[./A-Za-z0-9]{53}$/;

/** The cost of a bcrypt hash; undefined for what is none, or costs more than we are willing to pay (security PW-3). */
export function bcryptCost(hash: string): number | undefined {
  const cost = Number(FORMAT.exec(hash)?.[1] ?? Number.NaN);
  return cost >= 4 && cost <= MOST_COST ? cost : undefined;
}

const ALPHABET = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** A hash that no password has: checking one against it takes what checking any takes. */
export function randomBcrypt(cost: number, random: Pick<Random, 'bytes'>): string {
  const text = [...random.bytes(53)].map((byte) => ALPHABET[byte % 64]);
  text[21] = '.'; // the salt's last digit has two bits only, the tag's four
  text[52] = '.';
  return `$2a$${String(cost).padStart(2, '0')}$${text.join('')}`;
}

export interface Bcrypt {
  hash(password: string, cost: number): Promise<string>;
  verify(hash: string, password: string): Promise<boolean>;
}

/** Loaded when the first bcrypt hash is made or met. */
export async function loadBcrypt(): Promise<Bcrypt> {
  const { default: bcrypt } = await import('bcrypt');
  const fits = (password: string): boolean => Buffer.byteLength(password) <= BCRYPT_BYTES && !password.includes('\0');
  return {
    // `$2a$` is what other servers read; the library writes `$2b$` for the same thing.
    hash: async (password, cost) => (await bcrypt.hash(password, cost)).replace(/^\$2b\$/, '$2a$'),
    // What is too long is hashed all the same, by its beginning: refusing it takes as long as refusing any.
    verify: async (hash, password) =>
      (await bcrypt.compare(password, hash.replace(/^\$2[yz]?\$/, '$2a$'))) && fits(password),
  };
}
