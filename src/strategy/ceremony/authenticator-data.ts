import { isMap, readCbor, readCborMap, type CborMap } from './cbor.ts';

/** What an authenticator says of itself and of the person (WebAuthn Level 3, 6.1). */
export interface AuthenticatorData {
  readonly userPresent: boolean;
  readonly userVerified: boolean;
  /** The credential may be kept on several devices, and is. */
  readonly backupEligible: boolean;
  readonly backupState: boolean;
  /** Of signatures; 0 where the authenticator does not count. */
  readonly counter: number;
  readonly attested: AttestedCredential | undefined;
}

export interface AttestedCredential {
  /** 16 bytes. */
  readonly aaguid: Buffer;
  readonly id: Buffer;
  /** The COSE_Key as it came, and read. */
  readonly publicKey: Buffer;
  readonly key: CborMap;
}

const FLAG = { UP: 0x01, UV: 0x04, BE: 0x08, BS: 0x10, AT: 0x40, ED: 0x80 } as const;
const FIXED = 37;
/** WebAuthn Level 3, 4: a credential id has at most 1,023 bytes. */
const LONGEST_ID = 1_023;

/**
 * Reads authenticator data to its last byte. `attested`: whether it has to carry a new credential; an assertion must not.
 * Undefined where a byte is missing or left over, and for a backup that the credential cannot have.
 */
export function readAuthenticatorData(bytes: Buffer, attested: boolean): AuthenticatorData | undefined {
  if (bytes.length < FIXED) return undefined;
  const flags = bytes.readUInt8(32);
  const has = (flag: number): boolean => (flags & flag) !== 0;
  if (has(FLAG.AT) !== attested || (has(FLAG.BS) && !has(FLAG.BE))) return undefined;
  const credential = attested ? readAttested(bytes) : undefined;
  if (attested && credential === undefined) return undefined;
  const end = credential?.end ?? FIXED;
  const ends = has(FLAG.ED) ? readCborMap(bytes.subarray(end)) !== undefined : end === bytes.length;
  if (!ends) return undefined;
  return {
    userPresent: has(FLAG.UP),
    userVerified: has(FLAG.UV),
    backupEligible: has(FLAG.BE),
    backupState: has(FLAG.BS),
    counter: bytes.readUInt32BE(33),
    attested: credential,
  };
}

function readAttested(bytes: Buffer): (AttestedCredential & { readonly end: number }) | undefined {
  if (bytes.length < FIXED + 18) return undefined;
  const length = bytes.readUInt16BE(FIXED + 16);
  const begin = FIXED + 18 + length;
  if (length === 0 || length > LONGEST_ID || begin >= bytes.length) return undefined;
  const key = readCbor(bytes, begin);
  if (key === undefined || !isMap(key.value)) return undefined;
  return {
    aaguid: bytes.subarray(FIXED, FIXED + 16),
    id: bytes.subarray(FIXED + 18, begin),
    publicKey: bytes.subarray(begin, key.end),
    key: key.value,
    end: key.end,
  };
}
