import type { Run } from './run.ts';
import { isKind, ready, typeOf, type Value } from './value.ts';

const CODE = /%(?:\(([^)]*)\))?([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d+))?[hlL]?([a-zA-Z%])/g;

/** `'%s is %05.2f' % [name, number]`, or `'%(name)s' % object`, as Python's. */
export function formatText(format: string, values: Value, run: Run, at: number): string {
  const given = createGiven(values, run, at);
  let end = 0;
  let made = '';
  for (const match of format.matchAll(CODE)) {
    const [whole, key, flags = '', width, precision, code = ''] = match;
    made += plain(format.slice(end, match.index), run, at);
    end = match.index + whole.length;
    if (code === '%') {
      made += '%';
      continue;
    }
    const wide = given.size(width);
    const exact = given.size(precision);
    const value = key === undefined ? given.next() : given.named(key);
    const text = isNumeric(code)
      ? formatNumber(code, value, exact, flags, run, at)
      : formatWord(code, value, exact, run, at);
    made += pad(text, wide ?? 0, flags, code);
    run.meter.text(made.length, at);
  }
  given.end();
  return made + plain(format.slice(end), run, at);
}

function plain(text: string, run: Run, at: number): string {
  return text.includes('%') ? run.fail('a % of the format is followed by no known conversion', at) : text;
}

/** The values that a format takes: one, a list in order, or an object by name. */
interface Given {
  next(): Value;
  named(key: string): Value;
  /** A width or precision as written; `*` takes the next value. */
  size(written: string | undefined): number | undefined;
  /** Fails where a value is left over. */
  end(): void;
}

function createGiven(values: Value, run: Run, at: number): Given {
  const object = isKind(values, 'object') ? values : undefined;
  const list = isKind(values, 'array') ? values.items : [ready(values)];
  let used = 0;
  const next = (): Value => {
    if (object) return run.fail('a format takes %(name)s from an object', at);
    const item = list[used++];
    return item ? run.force(item) : run.fail('a format asks for more values than there are', at);
  };
  return {
    next,
    named(key) {
      const value = object && run.field(object, key, at);
      return value === undefined ? run.fail(`a format asks for ${JSON.stringify(key)}, which is not there`, at) : value;
    },
    size(written) {
      if (written === undefined) return undefined;
      const size = written === '*' ? numberOf(next(), run, at) : Number(written);
      if (!Number.isInteger(size) || size < 0) return run.fail('a width is a whole number', at);
      run.meter.text(size, at);
      return size;
    },
    end() {
      if (!object && used < list.length) run.fail('a format has more values than it asks for', at);
    },
  };
}

const numberOf = (value: Value, run: Run, at: number): number =>
  typeof value === 'number' ? value : run.fail(`a format asks for a number, this is ${typeOf(value)}`, at);

const isNumeric = (code: string): boolean => code !== 's' && code !== 'c';

/** `%s` and `%c`. */
function formatWord(code: string, value: Value, exact: number | undefined, run: Run, at: number): string {
  if (code === 's') return run.text(value, at).slice(0, exact);
  if (typeof value === 'string' && [...value].length === 1) return value;
  return typeof value === 'number' && value >= 0 && value <= 0x10ffff && Number.isInteger(value)
    ? String.fromCodePoint(value)
    : run.fail('%c takes one character or its number', at);
}

function formatNumber(
  code: string,
  value: Value,
  exact: number | undefined,
  flags: string,
  run: Run,
  at: number,
): string {
  const given = numberOf(value, run, at);
  const size = Math.abs(given);
  const sign = given < 0 ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  const places = Math.min(exact ?? 6, 100);
  switch (code) {
    case 'd':
    case 'i':
    case 'u':
      return sign + integer(size, 10, exact);
    case 'o':
      return sign + integer(size, 8, exact);
    case 'x':
      return sign + integer(size, 16, exact);
    case 'X':
      return sign + integer(size, 16, exact).toUpperCase();
    case 'f':
    case 'F':
      return sign + size.toFixed(places);
    case 'e':
      return sign + exponent(size, places);
    case 'E':
      return sign + exponent(size, places).toUpperCase();
    case 'g':
    case 'G': {
      const text = general(size, Math.max(places, 1), flags.includes('#'));
      return sign + (code === 'G' ? text.toUpperCase() : text);
    }
    default:
      return run.fail(`a format has no conversion %${code}`, at);
  }
}

const integer = (size: number, base: number, least = 0): string =>
  BigInt(Math.trunc(size)).toString(base).padStart(least, '0');

const exponent = (size: number, places: number): string => size.toExponential(places).replace(/e([+-])(\d)$/, 'e$10$2');

function general(size: number, places: number, keepZeros: boolean): string {
  const power = size === 0 ? 0 : Number(size.toExponential(places - 1).split('e')[1]);
  const text = power < -4 || power >= places ? exponent(size, places - 1) : size.toFixed(places - 1 - power);
  return keepZeros || !text.includes('.') ? text : text.replace(/\.?0+(?=e|$)/, '');
}

function pad(text: string, width: number, flags: string, code: string): string {
  if (flags.includes('-')) return text.padEnd(width);
  if (!flags.includes('0') || code === 's' || code === 'c') return text.padStart(width);
  const sign = /^[-+ ]/.exec(text)?.[0] ?? '';
  return sign + text.slice(sign.length).padStart(width - sign.length, '0');
}
