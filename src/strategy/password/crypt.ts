import { hash } from 'node:crypto';

const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

type Name = 'md5' | 'sha256' | 'sha512';

const digest = (name: Name, ...parts: readonly Uint8Array[]): Buffer => hash(name, Buffer.concat(parts), 'buffer');

/** The hash part of MD5-crypt (`$1$`), in crypt's own base64. */
export function md5Crypt(password: Uint8Array, salt: Uint8Array): string {
  const alternate = digest('md5', password, salt, password);
  const ends: Uint8Array[] = [];
  for (let bits = password.length; bits > 0; bits >>= 1)
    ends.push((bits & 1) === 1 ? Buffer.alloc(1) : password.subarray(0, 1));
  let sum = digest('md5', password, Buffer.from('$1$'), salt, repeated(alternate, password.length), ...ends);
  for (let i = 0; i < 1_000; i++) sum = round('md5', i, sum, password, salt);
  return encode(sum, MD5_ORDER);
}

/** The hash part of SHA-256-crypt (`$5$`) and SHA-512-crypt (`$6$`), in crypt's own base64. */
export function shaCrypt(name: 'sha256' | 'sha512', password: Uint8Array, salt: Uint8Array, rounds: number): string {
  const alternate = digest(name, password, salt, password);
  const ends: Uint8Array[] = [];
  for (let bits = password.length; bits > 0; bits >>= 1) ends.push((bits & 1) === 1 ? alternate : password);
  let sum = digest(name, password, salt, repeated(alternate, password.length), ...ends);
  const ofPassword = digest(name, ...Array.from({ length: password.length }, () => password));
  const ofSalt = digest(name, ...Array.from({ length: 16 + (sum[0] ?? 0) }, () => salt));
  const p = repeated(ofPassword, password.length);
  const s = repeated(ofSalt, salt.length);
  for (let i = 0; i < rounds; i++) sum = round(name, i, sum, p, s);
  return encode(sum, name === 'sha256' ? SHA256_ORDER : SHA512_ORDER);
}

function round(name: Name, i: number, sum: Buffer, p: Uint8Array, s: Uint8Array): Buffer {
  const odd = i % 2 === 1;
  return digest(name, odd ? p : sum, ...(i % 3 === 0 ? [] : [s]), ...(i % 7 === 0 ? [] : [p]), odd ? sum : p);
}

function repeated(bytes: Buffer, length: number): Buffer {
  return length === 0 ? Buffer.alloc(0) : Buffer.alloc(length, bytes);
}

/** Groups of three bytes, most significant first; -1 stands for none. */
type Order = readonly (readonly [number, number, number])[];

const MD5_ORDER: Order = [
  [0, 6, 12],
  [1, 7, 13],
  [2, 8, 14],
  [3, 9, 15],
  [4, 10, 5],
  [-1, -1, 11],
];
const SHA256_ORDER: Order = [
  [0, 10, 20],
  [21, 1, 11],
  [12, 22, 2],
  [3, 13, 23],
  [24, 4, 14],
  [15, 25, 5],
  [6, 16, 26],
  [27, 7, 17],
  [18, 28, 8],
  [9, 19, 29],
  [-1, 31, 30],
];
const SHA512_ORDER: Order = [
  [0, 21, 42],
  [22, 43, 1],
  [44, 2, 23],
  [3, 24, 45],
  [25, 46, 4],
  [47, 5, 26],
  [6, 27, 48],
  [28, 49, 7],
  [50, 8, 29],
  [9, 30, 51],
  [31, 52, 10],
  [53, 11, 32],
  [12, 33, 54],
  [34, 55, 13],
  [56, 14, 35],
  [15, 36, 57],
  [37, 58, 16],
  [59, 17, 38],
  [18, 39, 60],
  [40, 61, 19],
  [62, 20, 41],
  [-1, -1, 63],
];

function encode(bytes: Buffer, order: Order): string {
  return order
    .map((group) => {
      let word = group.reduce((sum, at) => sum * 256 + (bytes[at] ?? 0), 0);
      let text = '';
      const length = 1 + group.filter((at) => at >= 0).length;
      for (let i = 0; i < length; i++) {
        text += ALPHABET[word & 63] ?? '';
        word >>>= 6;
      }
      return text;
    })
    .join('');
}
