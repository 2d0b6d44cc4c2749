import { decodeUtf8 } from '../kernel/utf8.ts';

/** Reads bytes from the front; undefined at their end. */
interface Reader {
  unsigned(): number | undefined;
  take(length: number | undefined): Buffer | undefined;
  readonly done: boolean;
}

/** The type id of a text, and what stands in front of a value that is no record. */
const TEXT = 6;
const MOST_ENTRIES = 16;

/**
 * The map from texts to texts that a Go program wrote into an interface-valued map (encoding/gob), as far as session cookies
 * need it. Undefined for all other bytes. Messages that describe types are passed over.
 */
export function readGobTexts(bytes: Buffer): ReadonlyMap<string, string> | undefined {
  const stream = readerOf(bytes);
  while (!stream.done) {
    const body = stream.take(stream.unsigned());
    if (body === undefined) return undefined;
    const message = readerOf(body);
    const type = signed(message.unsigned());
    if (type === undefined) return undefined;
    if (type > 0) return readMap(message);
  }
  return undefined;
}

function readMap(message: Reader): ReadonlyMap<string, string> | undefined {
  if (message.unsigned() !== 0) return undefined;
  const count = message.unsigned() ?? MOST_ENTRIES + 1;
  if (count > MOST_ENTRIES) return undefined;
  const texts = new Map<string, string>();
  for (let i = 0; i < count; i += 1) {
    const key = readText(message);
    const value = readText(message);
    if (key === undefined || value === undefined) return undefined;
    texts.set(key, value);
  }
  return texts;
}

/** A text in an interface: its type's name and id, the length of the rest, a zero byte, and the text. */
function readText(message: Reader): string | undefined {
  if (message.take(message.unsigned())?.toString('latin1') !== 'string') return undefined;
  if (signed(message.unsigned()) !== TEXT) return undefined;
  const rest = message.take(message.unsigned());
  if (rest === undefined) return undefined;
  const value = readerOf(rest);
  if (value.unsigned() !== 0) return undefined;
  const text = value.take(value.unsigned());
  return text === undefined || !value.done ? undefined : decodeUtf8(text);
}

/** A signed number is halved, and complemented where it is odd. */
const signed = (value: number | undefined): number | undefined =>
  value === undefined ? undefined : value % 2 === 0 ? value / 2 : -(value + 1) / 2;

function readerOf(bytes: Buffer): Reader {
  let at = 0;
  const take: Reader['take'] = (length) => {
    if (length === undefined || length > bytes.length - at) return undefined;
    at += length;
    return bytes.subarray(at - length, at);
  };
  return {
    take,
    unsigned() {
      const [first] = take(1) ?? [];
      if (first === undefined || first < 128) return first;
      // 256 less the number of bytes, most significant first; more than four are no length here.
      const more = 256 - first;
      return more > 4 ? undefined : take(more)?.readUIntBE(0, more);
    },
    get done() {
      return at >= bytes.length;
    },
  };
}
