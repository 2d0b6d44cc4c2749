/** The source of ids and tokens; a dependency, so that a test can choose them. */
export interface Random {
  /** A UUID of version 4. */
  uuid(): string;
  /**
   * A UUID of version 7 that begins with `now`, in epoch milliseconds (security ID-1): rows are inserted where the last ones
   * were.
   */
  uuidAt(now: number): string;
  bytes(length: number): Buffer;
  /** Uniform over [A-Za-z0-9]; 32 characters are 190 bits. */
  token(length: number): string;
  /** Uniform decimal digits, leading zeros included. */
  digits(length: number): string;
}

/** Ids of accounts tell nothing; those of what is made at each visit (flows, sessions, messages) tell when. */
export type Ids = Pick<Random, 'uuid' | 'uuidAt'>;
