import { createDecipheriv } from 'node:crypto';

const NONCE = 24;
const TAG = 16;

/**
 * Opens XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03): nonce, ciphertext, tag. Node has the cipher of RFC 8439; the longer nonce
 * is a key of its own by HChaCha20 and a nonce of eight bytes. Undefined for a wrong tag.
 */
export function xchacha20Poly1305(key: Buffer, bytes: Buffer): Buffer | undefined {
  if (bytes.length < NONCE + TAG) return undefined;
  const nonce = Buffer.concat([Buffer.alloc(4), bytes.subarray(16, NONCE)]);
  const decipher = createDecipheriv('chacha20-poly1305', hChaCha20(key, bytes.subarray(0, 16)), nonce, {
    authTagLength: TAG,
  });
  decipher.setAuthTag(bytes.subarray(-TAG));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(NONCE, -TAG)), decipher.final()]);
  } catch {
    return undefined;
  }
}

const CONSTANTS = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574];
/** The columns and the diagonals of a double round (RFC 8439, section 2.3). */
const QUARTERS = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
] as const;

/** The key of the longer nonce: the draft's section 2.2. */
export function hChaCha20(key: Buffer, nonce: Buffer): Buffer {
  const words = (bytes: Buffer): readonly number[] =>
    Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readUInt32LE(4 * i));
  const state = Uint32Array.from([...CONSTANTS, ...words(key), ...words(nonce)]);
  for (let round = 0; round < 10; round += 1) for (const [a, b, c, d] of QUARTERS) quarter(state, a, b, c, d);
  const derived = Buffer.alloc(32);
  [0, 1, 2, 3, 12, 13, 14, 15].forEach((from, i) => derived.writeUInt32LE(state[from] ?? 0, 4 * i));
  return derived;
}

function quarter(state: Uint32Array, a: number, b: number, c: number, d: number): void {
  const step = (to: number, from: number, turned: number, by: number): void => {
    state[to] = (state[to] ?? 0) + (state[from] ?? 0);
    const mixed = (state[turned] ?? 0) ^ (state[to] ?? 0);
    state[turned] = (mixed << by) | (mixed >>> (32 - by));
  };
  step(a, b, d, 16);
  step(c, d, b, 12);
  step(a, b, d, 8);
  step(c, d, b, 7);
}
