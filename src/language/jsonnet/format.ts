import type { Run } from './run.ts';
import { typeOf, type Value } from './value.ts';

const CODE = /%(?:\(([^)]*)\))?([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d+))?[hlL]?([a-zA-Z%])/g;

/** `'%s is %05.2f' % [name, number]`, or `'%(name)s' % object`, as Python's. */
export function formatText(format: string, values: Value, run: Run, at: number): string {
  const named = typeof values === 'object' && values !== null && values.kind === 'object' ? values : undefined;
  const list = typeof values === 'object' && values !== null && values.kind === 'array' ? values.items : undefined;
  let used = 0;
  let end = 0;
  let made = '';

  const take = (): Value => {
    if (named) return run.fail('a format takes %(name)s from an object', at);
    const i = used++;
    if (list === undefined) return i === 0 ? values : run.fail('a format asks for more values than there are', at);
    const item = list[i];
    return item ? run.force(item) : run.fail('a format asks for more values than there are', at);
  };
  const number = (value: Value): number =>
    typeof value === 'number' ? value : run.fail(`a format asks for a number, this is ${typeOf(value)}`, at);
  const size = (written: string | undefined): number | undefined => {
    if (written === undefined) return undefined;
    const given = written === '*' ? number(take()) : Number(written);
    if (!Number.isInteger(given) || given < 0) return run.fail('a width is a whole number', at);
    run.meter.text(given, at);
    return given;
  };

  for (const match of format.matchAll(CODE)) {
    const [whole, key, flags = '', width, precision, code = ''] = match;
    made += plain(format.slice(end, match.index));
    end = match.index + whole.length;
    if (code === '%') {
      made += '%';
      continue;
    }
    const wide = size(width);
    const exact = size(precision);
    const value = key === undefined ? take() : named && run.field(named, key, at);
    if (value === undefined) return run.fail(`a format asks for ${JSON.stringify(key)}, which is not there`, at);
    made += pad(convert(code, value, exact, flags), wide ?? 0, flags, code);
    run.meter.text(made.length, at);
  }
  if (named === undefined && used < (list?.length ?? 1)) run.fail('a format has more values than it asks for', at);
  return made + plain(format.slice(end));

  function plain(text: string): string {
    return text.includes('%') ? run.fail('a % of the format is followed by no known conversion', at) : text;
  }

  function convert(code: string, value: Value, exact: number | undefined, flags: string): string {
    switch (code) {
      case 's': {
        const text = run.text(value, at);
        return exact === undefined ? text : text.slice(0, exact);
      }
      case 'c':
        if (typeof value === 'string' && [...value].length === 1) return value;
        return typeof value === 'number' && value >= 0 && value <= 0x10ffff && Number.isInteger(value)
          ? String.fromCodePoint(value)
          : run.fail('%c takes one character or its number', at);
    }
    const given = number(value);
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
