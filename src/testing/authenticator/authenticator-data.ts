import { createHash } from 'node:crypto';

/** The flags of authenticator data, by the names that Web Authentication gives them (6.1). */
export const FLAG = { UP: 0x01, UV: 0x04, BE: 0x08, BS: 0x10, AT: 0x40, ED: 0x80 } as const;

export interface AuthenticatorData {
  readonly rpId: string;
  /** Any of `FLAG` together. */
  readonly flags: number;
  readonly counter: number;
  /** Of a new credential only. */
  readonly attested?: AttestedCredential;
}

export interface AttestedCredential {
  /** 16 bytes. */
  readonly aaguid: Uint8Array;
  readonly id: Uint8Array;
  /** A COSE_Key in CBOR. */
  readonly publicKey: Uint8Array;
}

/** The bytes that are signed, or stand in an attestation. */
export function encodeAuthenticatorData({ rpId, flags, counter, attested }: AuthenticatorData): Buffer {
  const fixed = Buffer.alloc(37);
  createHash('sha256').update(rpId).digest().copy(fixed);
  fixed.writeUInt8(flags, 32);
  fixed.writeUInt32BE(counter, 33);
  if (attested === undefined) return fixed;
  const length = Buffer.alloc(2);
  length.writeUInt16BE(attested.id.length);
  return Buffer.concat([fixed, attested.aaguid, length, attested.id, attested.publicKey]);
}
