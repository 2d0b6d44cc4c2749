const BLOCK = 64;

/** MD4: gone from OpenSSL, and still what some old servers keyed their hashes with. Never used for anything new. */
export function md4(message: Buffer): Buffer {
  const bits = BigInt(message.length) * 8n;
  const padded = Buffer.alloc(Math.ceil((message.length + 9) / BLOCK) * BLOCK);
  message.copy(padded);
  padded[message.length] = 0x80;
  padded.writeBigUInt64LE(bits, padded.length - 8);
  let state: Words = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
  for (let at = 0; at < padded.length; at += BLOCK) state = block(state, padded.subarray(at, at + BLOCK));
  const out = Buffer.alloc(16);
  state.forEach((word, i) => out.writeUInt32LE(word >>> 0, i * 4));
  return out;
}

/** HMAC (RFC 2104) over MD4. */
export function hmacMd4(key: Buffer, message: Buffer): Buffer {
  const short = Buffer.alloc(BLOCK);
  (key.length > BLOCK ? md4(key) : key).copy(short);
  const pad = (byte: number): Buffer => Buffer.from(short.map((each) => each ^ byte));
  return md4(Buffer.concat([pad(0x5c), md4(Buffer.concat([pad(0x36), message]))]));
}

type Words = readonly [number, number, number, number];
type Mix = (x: number, y: number, z: number) => number;

const ROUNDS: readonly {
  readonly mix: Mix;
  readonly add: number;
  readonly order: readonly number[];
  readonly turns: Words;
}[] = [
  {
    mix: (x, y, z) => (x & y) | (~x & z),
    add: 0,
    order: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    turns: [3, 7, 11, 19],
  },
  {
    mix: (x, y, z) => (x & y) | (x & z) | (y & z),
    add: 0x5a827999,
    order: [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15],
    turns: [3, 5, 9, 13],
  },
  {
    mix: (x, y, z) => x ^ y ^ z,
    add: 0x6ed9eba1,
    order: [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15],
    turns: [3, 9, 11, 15],
  },
];

function block(before: Words, bytes: Buffer): Words {
  let [a, b, c, d] = before;
  for (const { mix, add, order, turns } of ROUNDS) {
    order.forEach((word, i) => {
      const sum = (a + mix(b, c, d) + bytes.readUInt32LE(word * 4) + add) | 0;
      const turn = turns[(i % 4) as 0 | 1 | 2 | 3]; // a remainder of four
      [a, b, c, d] = [d, (sum << turn) | (sum >>> (32 - turn)), b, c];
    });
  }
  return [(before[0] + a) | 0, (before[1] + b) | 0, (before[2] + c) | 0, (before[3] + d) | 0];
}
