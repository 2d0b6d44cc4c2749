/*
 * What a check of a hash costs, in argon2id hashes of 19,456 KiB and two passes by the library `argon2`: the floor of
 * security PW-1. Processor time measured on an AMD EPYC under Node 24, 26 ms for one; stated once, so that every server judges
 * a hash alike, however busy it was when it started. How long one takes here is measured (`refusal-grid.ts`).
 */

/** KiB and passes. */
export const argon2Price = (memory: number, iterations: number): number => (memory * iterations) / (19_456 * 2);

/** 243 ms at cost 12. */
export const bcryptPrice = (cost: number): number => 10 * 2 ** (cost - 12);

/** For 100,000 rounds of one block: 16 ms of SHA-1 and SHA-256, 50 of SHA-512, 81 of SHA-3. */
const ROUNDS = { sha1: 0.65, sha256: 0.65, sha512: 2, 'sha3-224': 3.2, 'sha3-384': 3.2 } as const;
/** Bytes that a block of PBKDF2 gives: a longer tag takes all rounds once more for each. */
const BLOCK = { sha1: 20, sha256: 32, sha512: 64, 'sha3-224': 28, 'sha3-384': 48 } as const;
export type Pbkdf2Digest = keyof typeof ROUNDS;

export const pbkdf2Price = (digest: Pbkdf2Digest, rounds: number, tagLength: number): number =>
  (ROUNDS[digest] * rounds * Math.max(1, Math.ceil(tagLength / BLOCK[digest]))) / 100_000;

/** 209 ms at N = 2^16, r = 8, p = 1. */
export const scryptPrice = (N: number, r: number, p: number): number => (8 * N * r * p) / (65_536 * 8);

/** 18 ms for 5,000 rounds with a password of 512 bytes, which takes twice as long as a short one. */
export const shaCryptPrice = (rounds: number): number => (0.7 * rounds) / 5_000;

/** 1,000 rounds, always. */
export const MD5_CRYPT_PRICE = 0.2;

/** A stored hash may cost so many of our own. */
const MOST_OF_OWN = 8;

/** The most that a stored hash may cost where our own costs `own`; bcrypt at cost 12 always may (docs/decisions/0039). */
export const mostPrice = (own: number): number => Math.max(MOST_OF_OWN * Math.max(1, own), bcryptPrice(12));
