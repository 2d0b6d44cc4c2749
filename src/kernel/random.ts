/** Where ids and tokens come from. A dependency, so that a test can say what comes next. */
export interface Random {
  /** UUID, version 4. */
  uuid(): string;
  bytes(length: number): Buffer;
  /** Uniform over [A-Za-z0-9]; 32 characters are 190 bits. */
  token(length: number): string;
  /** Uniform decimal digits, leading zeros included. */
  digits(length: number): string;
}
