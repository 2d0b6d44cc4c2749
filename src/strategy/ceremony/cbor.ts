/** What authenticators write in CBOR (RFC 8949), of the kinds that CTAP2 has. */
export type Cbor = number | string | boolean | null | Uint8Array | readonly Cbor[] | CborMap;
export type CborMap = ReadonlyMap<number | string, Cbor>;

/** Bytes of one item, at most. */
export const MOST_BYTES = 65_536;
const DEEPEST = 4;

/**
 * Reads one item within the limits that hold before any library may see the bytes (security WA-5): lists and maps at most four
 * deep, 64 KiB, every length given and within the bytes, no key twice, keys that are numbers or texts, no tag and no fraction.
 * `end` is where the next byte stands: the caller says whether there may be one. Undefined for everything else; it never throws.
 */
export function readCbor(bytes: Buffer, start = 0): { readonly value: Cbor; readonly end: number } | undefined {
  if (bytes.length - start > MOST_BYTES) return undefined;
  try {
    return read(bytes, start, 1);
  } catch (error) {
    // The buffer throws this where bytes are missing, and `read` where they mean nothing here.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** One map and nothing behind it. */
export function readCborMap(bytes: Buffer): CborMap | undefined {
  const item = readCbor(bytes);
  return item?.end === bytes.length && isMap(item.value) ? item.value : undefined;
}

export const isMap = (value: Cbor | undefined): value is CborMap => value instanceof Map;

interface Read<T> {
  readonly value: T;
  readonly end: number;
}

function read(bytes: Buffer, at: number, depth: number): Read<Cbor> {
  const kind = bytes.readUInt8(at) >> 5;
  if (kind === 7) return readSimple(bytes, at);
  const { value: count, end } = readCount(bytes, at);
  switch (kind) {
    case 0:
      return { value: count, end };
    case 1:
      return { value: -1 - count, end };
    case 2:
      return readBytes(bytes, end, count);
    case 3: {
      const text = readBytes(bytes, end, count);
      return { value: textOf(text.value), end: text.end };
    }
    case 4:
      return readList(bytes, end, { count, depth });
    case 5:
      return readMap(bytes, end, { count, depth });
    default:
      return refuse(); // a tag
  }
}

/** The number behind the kind: a value or a length. Lengths that are given later, and numbers of no safe size, are refused. */
function readCount(bytes: Buffer, at: number): Read<number> {
  const low = bytes.readUInt8(at) & 0x1f;
  if (low < 24) return { value: low, end: at + 1 };
  if (low === 24) return { value: bytes.readUInt8(at + 1), end: at + 2 };
  if (low === 25) return { value: bytes.readUInt16BE(at + 1), end: at + 3 };
  if (low === 26) return { value: bytes.readUInt32BE(at + 1), end: at + 5 };
  if (low !== 27) return refuse();
  const value = Number(bytes.readBigUInt64BE(at + 1));
  return Number.isSafeInteger(value) ? { value, end: at + 9 } : refuse();
}

function readBytes(bytes: Buffer, at: number, count: number): Read<Buffer> {
  const end = at + count;
  return end <= bytes.length ? { value: bytes.subarray(at, end), end } : refuse();
}

interface Inside {
  readonly count: number;
  /** Of the list or map that is read. */
  readonly depth: number;
}

function readList(bytes: Buffer, at: number, { count, depth }: Inside): Read<Cbor> {
  if (depth > DEEPEST) return refuse();
  const value: Cbor[] = [];
  let end = at;
  for (let i = 0; i < count; i += 1) {
    const item = read(bytes, end, depth + 1);
    value.push(item.value);
    end = item.end;
  }
  return { value, end };
}

function readMap(bytes: Buffer, at: number, { count, depth }: Inside): Read<Cbor> {
  if (depth > DEEPEST) return refuse();
  const value = new Map<number | string, Cbor>();
  let end = at;
  for (let i = 0; i < count; i += 1) {
    const key = read(bytes, end, depth + 1);
    if ((typeof key.value !== 'number' && typeof key.value !== 'string') || value.has(key.value)) return refuse();
    const item = read(bytes, key.end, depth + 1);
    value.set(key.value, item.value);
    end = item.end;
  }
  return { value, end };
}

const SIMPLE: ReadonlyMap<number, boolean | null> = new Map([
  [0xf4, false],
  [0xf5, true],
  [0xf6, null],
]);

function readSimple(bytes: Buffer, at: number): Read<Cbor> {
  const value = SIMPLE.get(bytes.readUInt8(at));
  return value === undefined ? refuse() : { value, end: at + 1 };
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOf(bytes: Buffer): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    return refuse();
  }
}

function refuse(): never {
  throw new RangeError('These bytes are no CBOR that an authenticator writes.');
}
