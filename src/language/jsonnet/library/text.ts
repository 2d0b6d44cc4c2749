import { createHash } from 'node:crypto';
import { formatText } from '../format.ts';
import { showValue, type Style } from '../show.ts';
import { arrayOf, fromJson, isKind, type Thunk, type Value } from '../value.ts';
import { points, spend, type Args, type Functions } from './args.ts';

/** `std` about texts. */
export const TEXTS: Functions = {
  'toString(a)': (a) => a.run.text(a.value(0), a.at),
  'codepoint(str)': (a) => [...a.text(0)].map((each) => each.codePointAt(0) ?? 0)[0] ?? a.fail('the text is empty'),
  'char(n)': (a) => {
    const point = a.whole(0);
    return point >= 0 && point <= 0x10ffff ? String.fromCodePoint(point) : a.fail('this is no code point');
  },
  'substr(str, from, len)': (a) => {
    const from = a.whole(1);
    const length = a.whole(2);
    if (from < 0 || length < 0) return a.fail('from and len are not negative');
    return points(a, 0)
      .slice(from, from + length)
      .join('');
  },
  'findSubstr(pat, str)': (a) => {
    const [pattern, text] = [points(a, 0), points(a, 1)];
    if (pattern.length === 0) return arrayOf([]);
    spend(a, text.length * Math.min(pattern.length, 8));
    return arrayOf(text.flatMap((_each, i) => (pattern.every((one, k) => text[i + k] === one) ? [i] : [])));
  },
  'startsWith(a, b)': (a) =>
    isKind(a.value(0), 'array') ? startsWith(a, a.array(0).items, a.array(1).items) : a.text(0).startsWith(a.text(1)),
  'endsWith(a, b)': (a) =>
    isKind(a.value(0), 'array')
      ? startsWith(a, a.array(0).items.toReversed(), a.array(1).items.toReversed())
      : a.text(0).endsWith(a.text(1)),
  'stripChars(str, chars)': (a) => strip(a, true, true, a.text(1)),
  'lstripChars(str, chars)': (a) => strip(a, true, false, a.text(1)),
  'rstripChars(str, chars)': (a) => strip(a, false, true, a.text(1)),
  'trim(str)': (a) => strip(a, true, true, ' \t\n\f\r\u0085\u00a0'),
  'split(str, c)': (a) => split(a, -1),
  'splitLimit(str, c, maxsplits)': (a) => split(a, a.whole(2)),
  'strReplace(str, from, to)': (a) => {
    if (a.text(1) === '') return a.fail('what is replaced is not empty');
    const [text, from, to] = [a.text(0), a.text(1), a.text(2)];
    const found = text.split(from).length - 1;
    a.run.meter.text(text.length + found * (to.length - from.length), a.at);
    return text.replaceAll(from, () => to);
  },
  'asciiUpper(str)': (a) => a.text(0).replace(/[a-z]/g, (each) => each.toUpperCase()),
  'asciiLower(str)': (a) => a.text(0).replace(/[A-Z]/g, (each) => each.toLowerCase()),
  'equalsIgnoreCase(str1, str2)': (a) => a.text(0).toLowerCase() === a.text(1).toLowerCase(),
  'isEmpty(str)': (a) => a.text(0) === '',
  'stringChars(str)': (a) => arrayOf(points(a, 0)),
  'parseInt(str)': (a) =>
    /^-?[0-9]+$/.test(a.text(0)) ? Number(a.text(0)) : a.fail('the text is not a decimal number'),
  'parseJson(str)': (a) => {
    const text = a.text(0);
    a.run.meter.text(text.length, a.at);
    const parsed = parseJson(text);
    return parsed === undefined ? a.fail('the text is not JSON') : parsed;
  },
  'escapeStringJson(str)': (a) => JSON.stringify(a.run.text(a.value(0), a.at)),
  'format(str, vals)': (a) => formatText(a.text(0), a.value(1), a.run, a.at),
  'base64(input)': (a) => Buffer.from(bytes(a)).toString('base64'),
  'base64Decode(str)': (a) => {
    const text = a.text(0);
    if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text))
      return a.fail('the text is not base64');
    return Buffer.from(text, 'base64').toString('utf8');
  },
  'md5(s)': (a) => createHash('md5').update(bytes(a)).digest('hex'),
  'sha1(s)': (a) => createHash('sha1').update(bytes(a)).digest('hex'),
  'sha256(s)': (a) => createHash('sha256').update(bytes(a)).digest('hex'),
  'sha512(s)': (a) => createHash('sha512').update(bytes(a)).digest('hex'),
  'manifestJson(value)': (a) => showValue(a.value(0), a.run, a.at, style('    ', '\n', ': ')),
  'manifestJsonMinified(value)': (a) => showValue(a.value(0), a.run, a.at, { ...style('', '', ':'), empty: '' }),
  'manifestJsonEx(value, indent, newline=, key_val_sep=)': (a) =>
    showValue(a.value(0), a.run, a.at, style(a.text(1), a.has(2) ? a.text(2) : '\n', a.has(3) ? a.text(3) : ': ')),
};

function bytes(a: Args): Uint8Array {
  const value = a.value(0);
  if (typeof value === 'string') return Buffer.from(value, 'utf8');
  return Uint8Array.from(a.array(0).items, (item) => {
    const byte = a.run.force(item);
    const fits = typeof byte === 'number' && Number.isInteger(byte) && byte >= 0 && byte <= 255;
    return fits ? byte : a.fail('bytes are whole numbers from 0 to 255');
  });
}

const style = (indent: string, newline: string, colon: string): Style => ({
  indent,
  newline,
  colon,
  comma: ',',
  empty: ' ',
});

function strip(a: Args, left: boolean, right: boolean, characters: string): string {
  const drop = new Set(characters);
  const text = points(a, 0);
  let [from, to] = [0, text.length];
  while (left && from < to && drop.has(text[from] ?? '')) from++;
  while (right && to > from && drop.has(text[to - 1] ?? '')) to--;
  return text.slice(from, to).join('');
}

function split(a: Args, most: number): Value {
  const [text, by] = [a.text(0), a.text(1)];
  if (by === '') return a.fail('the separator is not empty');
  const parts = text.split(by);
  spend(a, parts.length);
  if (most < 0 || parts.length <= most + 1) return arrayOf(parts);
  return arrayOf([...parts.slice(0, most), parts.slice(most).join(by)]);
}

function startsWith(a: Args, all: readonly Thunk[], start: readonly Thunk[]): boolean {
  return start.every((item, i) => {
    const other = all[i];
    return other !== undefined && a.run.equal(a.run.force(item), a.run.force(other), a.at);
  });
}

/** JSON text to a value; undefined when the text is not JSON. The text `null` is a value. */
function parseJson(text: string): Value | undefined {
  try {
    return fromJson(JSON.parse(text));
  } catch {
    // Not JSON: the program is told, without a quotation of its input.
    return undefined;
  }
}
