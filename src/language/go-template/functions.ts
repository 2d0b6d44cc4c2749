import { isObject } from '../../kernel/json.ts';

export type TemplateFunction = (...values: readonly unknown[]) => unknown;

/** Truth as in Go: nil, 0, and an empty text, list or map are false. */
export function truth(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (isObject(value)) return Object.keys(value).length > 0;
  return value !== undefined && value !== null && value !== false && value !== 0 && value !== '';
}

/** The text that Go prints; a missing value is an empty text. */
export function print(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `[${value.map(print).join(' ')}]`;
  if (!isObject(value)) return '';
  const pairs = Object.keys(value)
    .toSorted()
    .map((name) => `${name}:${print(value[name])}`);
  return `map[${pairs.join(' ')}]`;
}

/** A member of a map, or an item of a list; anything else has none. */
export function member(value: unknown, name: unknown): unknown {
  if (Array.isArray(value)) return typeof name === 'number' ? value[name] : undefined;
  return isObject(value) && typeof name === 'string' && Object.hasOwn(value, name) ? value[name] : undefined;
}

const number = (value: unknown): number => (Number.isFinite(Number(value)) ? Number(value) : 0);
const whole = (value: unknown): number => Math.trunc(number(value));
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const same = (one: unknown, other: unknown): boolean => (one ?? null) === (other ?? null);

function compare(one: unknown, other: unknown): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  const [left, right] = [print(one), print(other)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function format(...values: readonly unknown[]): string {
  const [pattern, ...rest] = values;
  let next = 0;
  return print(pattern).replace(
    /%(?<zero>0?)(?<width>\d*)(?:\.(?<digits>\d+))?(?<verb>[%a-z])/g,
    (whole_, ...found) => {
      const { zero, width, digits, verb } = Object(found.at(-1));
      if (verb === '%') return '%';
      const value = rest[next];
      next += 1;
      let text = whole_;
      if (verb === 's' || verb === 'v') text = print(value);
      else if (verb === 'd') text = String(whole(value));
      else if (verb === 'f') text = number(value).toFixed(digits === undefined ? 6 : Number(digits));
      else if (verb === 'q') text = JSON.stringify(print(value));
      else if (verb === 't') text = String(value === true);
      return text.padStart(Number(width === '' ? 0 : Math.min(Number(width), 1_000)), zero === '0' ? '0' : ' ');
    },
  );
}

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** The functions read no clock, no environment and no file, and never throw. */
const TABLE: Readonly<Record<string, TemplateFunction>> = {
  // Go's own.
  and: (...values) => values.find((value) => !truth(value)) ?? values.at(-1),
  or: (...values) => values.find(truth) ?? values.at(-1),
  not: (value) => !truth(value),
  eq: (one, ...others) => others.some((other) => same(one, other)),
  ne: (one, other) => !same(one, other),
  lt: (one, other) => compare(one, other) < 0,
  le: (one, other) => compare(one, other) <= 0,
  gt: (one, other) => compare(one, other) > 0,
  ge: (one, other) => compare(one, other) >= 0,
  len: (value) =>
    typeof value === 'string'
      ? Buffer.byteLength(value)
      : Array.isArray(value)
        ? value.length
        : isObject(value)
          ? Object.keys(value).length
          : 0,
  index: (value, ...names) => names.reduce(member, value),
  print: (...values) => values.map(print).join(''),
  println: (...values) => `${values.map(print).join(' ')}\n`,
  printf: format,
  html: (...values) => escapeHtml(values.map(print).join('')),
  urlquery: (...values) => encodeURIComponent(values.map(print).join('')).replaceAll('%20', '+'),
  // Sprig's, of its hermetic set.
  default: (otherwise, value) => (truth(value) ? value : otherwise),
  empty: (value) => !truth(value),
  coalesce: (...values) => values.find(truth),
  ternary: (yes, no, which) => (truth(which) ? yes : no),
  upper: (value) => print(value).toUpperCase(),
  lower: (value) => print(value).toLowerCase(),
  title: (value) => print(value).replace(/(?<![\p{L}\p{N}])\p{L}/gu, (sign) => sign.toUpperCase()),
  trim: (value) => print(value).trim(),
  trimPrefix: (prefix, value) =>
    print(value).startsWith(print(prefix)) ? print(value).slice(print(prefix).length) : print(value),
  trimSuffix: (suffix, value) =>
    truth(suffix) && print(value).endsWith(print(suffix)) ? print(value).slice(0, -print(suffix).length) : print(value),
  nospace: (value) => print(value).replace(/\s+/g, ''),
  trunc: (length, value) =>
    whole(length) < 0 ? print(value).slice(whole(length)) : print(value).slice(0, whole(length)),
  substr: (start, end, value) => print(value).slice(Math.max(whole(start), 0), whole(end) < 0 ? undefined : whole(end)),
  replace: (old, put, value) => print(value).replaceAll(print(old), () => print(put)),
  contains: (part, value) => print(value).includes(print(part)),
  hasPrefix: (prefix, value) => print(value).startsWith(print(prefix)),
  hasSuffix: (suffix, value) => print(value).endsWith(print(suffix)),
  quote: (...values) => values.map((value) => JSON.stringify(print(value))).join(' '),
  squote: (...values) => values.map((value) => `'${print(value)}'`).join(' '),
  cat: (...values) => values.map(print).join(' '),
  indent: (width, value) => print(value).replace(/^/gm, ' '.repeat(Math.min(Math.max(whole(width), 0), 100))),
  join: (between, values) => list(values).map(print).join(print(between)),
  splitList: (between, value) => print(value).split(print(between)),
  list: (...values) => values,
  first: (values) => list(values)[0],
  last: (values) => list(values).at(-1),
  has: (value, values) => list(values).some((each) => same(each, value)),
  dict: (...values) =>
    Object.fromEntries(values.flatMap((name, i) => (i % 2 === 0 ? [[print(name), values[i + 1]] as const] : []))),
  get: (value, name) => member(value, name) ?? '',
  hasKey: (value, name) => member(value, name) !== undefined,
  toString: print,
  int: whole,
  add: (...values) => values.reduce<number>((sum, value) => sum + whole(value), 0),
  add1: (value) => whole(value) + 1,
  sub: (one, other) => whole(one) - whole(other),
  mul: (...values) => values.reduce<number>((product, value) => product * whole(value), 1),
  div: (one, other) => (whole(other) === 0 ? 0 : Math.trunc(whole(one) / whole(other))),
  mod: (one, other) => (whole(other) === 0 ? 0 : whole(one) % whole(other)),
};

export const FUNCTIONS: ReadonlyMap<string, TemplateFunction> = new Map(Object.entries(TABLE));
