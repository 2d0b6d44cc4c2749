import { sameToken } from '../../secret/token.ts';

/** Characters of a code. */
export const CODE_LENGTH = 6;

/** A new secret of 160 bits in base32 (RFC 4226, section 4, R6). */
export async function newSecret(bytes: (length: number) => Uint8Array): Promise<string> {
  const { Secret } = await import('otpauth');
  return new Secret({ buffer: Uint8Array.from(bytes(20)).buffer }).base32;
}

/**
 * The time step whose code this is: the present one, that before it or that after it (RFC 6238, section 5.2). Undefined: none
 * of them, or the URI cannot be read. All three are computed and compared, each in a time that does not depend on the code
 * (security TO-3). `now`: the server's clock; milliseconds.
 */
export async function stepOf(uri: string, code: string, now: number): Promise<number | undefined> {
  const { TOTP, URI } = await import('otpauth');
  const key = readUri(URI.parse, uri);
  if (!(key instanceof TOTP)) return undefined;
  const present = key.counter({ timestamp: now });
  const matching = [present - 1, present, present + 1].filter((step) =>
    sameToken(key.generate({ timestamp: step * key.period * 1_000 }), code),
  );
  return matching.at(-1);
}

function readUri<Key>(parse: (uri: string) => Key, uri: string): Key | undefined {
  try {
    return parse(uri);
  } catch {
    return undefined; // what cannot be read matches nothing
  }
}
