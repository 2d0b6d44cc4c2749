/** The source of ids and tokens; a dependency, so that a test can choose them. */
export interface Random {
  /** A UUID of version 4. */
  uuid(): string;
  bytes(length: number): Buffer;
  /** Uniform over [A-Za-z0-9]; 32 characters are 190 bits. */
  token(length: number): string;
  /** Uniform decimal digits, leading zeros included. */
  digits(length: number): string;
}
