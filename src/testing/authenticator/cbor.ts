/** What an authenticator writes in CBOR (RFC 8949): whole numbers, bytes, text, lists and maps. */
export type Cbor = number | string | Uint8Array | readonly Cbor[] | ReadonlyMap<number | string, Cbor>;

/** The value in the shortest form; the keys of a map stay in the order in which they were set. */
export function encodeCbor(value: Cbor): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value]);
  if (isList(value)) return Buffer.concat([head(4, value.length), ...value.map(encodeCbor)]);
  const pairs = [...value].flatMap(([key, inner]) => [encodeCbor(key), encodeCbor(inner)]);
  return Buffer.concat([head(5, value.size), ...pairs]);
}

const isList = (value: readonly Cbor[] | ReadonlyMap<number | string, Cbor>): value is readonly Cbor[] =>
  Array.isArray(value);

/** The first bytes of an item: its kind in three bits, and a number or a length of up to 32 bits. */
function head(kind: number, count: number): Buffer {
  const first = kind << 5;
  if (count < 24) return Buffer.from([first | count]);
  if (count < 0x100) return Buffer.from([first | 24, count]);
  if (count < 0x1_0000) return Buffer.from([first | 25, count >> 8, count & 0xff]);
  const bytes = Buffer.alloc(5, first | 26);
  bytes.writeUInt32BE(count, 1);
  return bytes;
}
