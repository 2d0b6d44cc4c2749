/** What an authenticator app is told of a key. */
export interface KeyUri {
  readonly issuer: string;
  readonly account: string;
  /** Base32 (RFC 4648), without padding. */
  readonly secret: string;
}

/** Characters of an account name that an app is told: more would only make a code that no camera can read. */
const LONGEST_ACCOUNT = 128;

/**
 * The URI that authenticator apps read, as the reference writes it: SHA-1, 6 digits, 30 seconds. A colon, `&` or line break of
 * an account name is no part of the URI's own syntax.
 */
export function writeKeyUri({ issuer, account, secret }: KeyUri): string {
  const name = [...account.toWellFormed()].slice(0, LONGEST_ACCOUNT).join('');
  // Apps take what stands before the first colon as the issuer.
  const by = encodeURIComponent(issuer.toWellFormed().replaceAll(':', ' '));
  return `otpauth://totp/${by}:${encodeURIComponent(name)}?algorithm=SHA1&digits=6&issuer=${by}&period=30&secret=${secret}`;
}
