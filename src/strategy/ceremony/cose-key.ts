import type { Cbor, CborMap } from './cbor.ts';

/**
 * The signature schemes that are offered and taken, best first (IANA COSE algorithms): EdDSA with Ed25519, ECDSA with P-256 and
 * SHA-256, RSASSA-PKCS1-v1_5 with SHA-256.
 */
export const ALGORITHMS: readonly number[] = [-8, -7, -257];

/** Labels of a COSE_Key (RFC 9052 §7.1, RFC 8230 §4). */
const KTY = 1;
const ALG = 3;
const CURVE_OR_MODULUS = -1;
const X_OR_EXPONENT = -2;
const Y = -3;

const isBytes = (value: Cbor | undefined, length: number): boolean =>
  value instanceof Uint8Array && value.length === length;

/** True for a key of one of the offered algorithms, of its kind, curve and size; an RSA modulus has 2,048 to 4,096 bits. */
export function isUsableKey(key: CborMap): boolean {
  const curve = key.get(CURVE_OR_MODULUS);
  const x = key.get(X_OR_EXPONENT);
  switch (key.get(ALG)) {
    case -8:
      return key.get(KTY) === 1 && curve === 6 && isBytes(x, 32);
    case -7:
      return key.get(KTY) === 2 && curve === 1 && isBytes(x, 32) && isBytes(key.get(Y), 32);
    case -257:
      return key.get(KTY) === 3 && isModulus(curve) && x instanceof Uint8Array && x.length > 0 && x.length <= 4;
    default:
      return false;
  }
}

const isModulus = (value: Cbor | undefined): boolean =>
  value instanceof Uint8Array && value.length >= 256 && value.length <= 512 && (value[0] ?? 0) >= 0x80;
