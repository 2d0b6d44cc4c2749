import { createHash } from 'node:crypto';
import { formatText } from './format.ts';
import type { Run } from './run.ts';
import { showValue, type Style } from './show.ts';
import {
  arrayOf,
  fromJson,
  hasField,
  isKind,
  later,
  namesOf,
  objectOf,
  ready,
  sizeOf,
  typeOf,
  type ArrayValue,
  type FunctionValue,
  type ObjectValue,
  type Thunk,
  type Value,
} from './value.ts';

interface LibraryFunction {
  readonly params: readonly { readonly name: string; readonly optional: boolean }[];
  run(args: readonly (Thunk | undefined)[], run: Run, at: number): Value;
}

/** Arguments of one call, read as what they must be. */
interface Args {
  readonly run: Run;
  readonly at: number;
  has(i: number): boolean;
  value(i: number): Value;
  thunk(i: number): Thunk;
  text(i: number): string;
  number(i: number): number;
  whole(i: number): number;
  array(i: number): ArrayValue;
  object(i: number): ObjectValue;
  fn(i: number): FunctionValue;
  flag(i: number, preset: boolean): boolean;
  fail(reason: string): never;
}

type Define = (args: Args) => Value;

/** `name(a, b=)`: what follows `=` may be left out. */
const FUNCTIONS: Readonly<Record<string, Define>> = {
  'extVar(x)': (a) => {
    const found = a.run.extVars(a.text(0));
    return found === undefined ? a.fail(`there is no external variable ${JSON.stringify(a.text(0))}`) : found;
  },

  'type(x)': (a) => typeOf(a.value(0)),
  'isString(v)': (a) => typeof a.value(0) === 'string',
  'isNumber(v)': (a) => typeof a.value(0) === 'number',
  'isBoolean(v)': (a) => typeof a.value(0) === 'boolean',
  'isObject(v)': (a) => isKind(a.value(0), 'object'),
  'isArray(v)': (a) => isKind(a.value(0), 'array'),
  'isFunction(v)': (a) => isKind(a.value(0), 'function'),
  'length(x)': (a) => lengthOf(a),
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

  'objectHas(o, f)': (a) => namesOf(a.object(0)).includes(a.text(1)),
  'objectHasAll(o, f)': (a) => hasField(a.object(0), a.text(1)),
  'objectFields(o)': (a) => arrayOf(names(a)),
  'objectFieldsAll(o)': (a) => arrayOf(names(a, true)),
  'objectValues(o)': (a) => ({ kind: 'array', items: names(a).map((name) => fieldOf(a, 0, name)) }),
  'objectKeysValues(o)': (a) => ({
    kind: 'array',
    items: names(a).map((name) =>
      ready(
        objectOf(
          [
            ['key', ready(name)],
            ['value', fieldOf(a, 0, name)],
          ],
          a.run.force,
        ),
      ),
    ),
  }),
  'objectRemoveKey(obj, key)': (a) => {
    const gone = a.text(1);
    return objectOf(
      names(a).flatMap((name) => (name === gone ? [] : [[name, fieldOf(a, 0, name)] as const])),
      a.run.force,
    );
  },
  'get(o, f, default=, inc_hidden=)': (a) => {
    const object = a.object(0);
    const name = a.text(1);
    const found = a.flag(3, true) ? hasField(object, name) : namesOf(object).includes(name);
    if (found) return a.run.field(object, name, a.at) ?? null;
    return a.has(2) ? a.value(2) : null;
  },
  'mapWithKey(func, obj)': (a) => {
    const fn = a.fn(0);
    const object = a.object(1);
    return objectOf(
      namesOf(object).map(
        (name) => [name, later(() => a.run.call(fn, [ready(name), fieldOf(a, 1, name)], a.at))] as const,
      ),
      a.run.force,
    );
  },
  'mergePatch(target, patch)': (a) => mergePatch(a, a.value(0), a.value(1)),
  'prune(a)': (a) => prune(a, a.value(0)),

  'map(func, arr)': (a) => mapped(a, items(a, 1), (item) => [item]),
  'mapWithIndex(func, arr)': (a) => mapped(a, items(a, 1), (item, i) => [ready(i), item]),
  'filter(func, arr)': (a) => filtered(a, a.fn(0), a.array(1).items),
  'filterMap(filter_func, map_func, arr)': (a) => {
    const map = a.fn(1);
    const kept = filtered(a, a.fn(0), a.array(2).items).items;
    return { kind: 'array', items: kept.map((item) => later(() => a.run.call(map, [item], a.at))) };
  },
  'flatMap(func, arr)': (a) => {
    const fn = a.fn(0);
    const parts = items(a, 1).map((item) => a.run.call(fn, [item], a.at));
    if (typeof a.value(1) === 'string')
      return a.run.string(parts.map((part) => (typeof part === 'string' ? part : '')).join(''), a.at);
    return flatten(a, parts);
  },
  'flattenArrays(arr)': (a) => flatten(a, a.array(0).items.map(a.run.force)),
  'foldl(func, arr, init)': (a) => {
    const fn = a.fn(0);
    return items(a, 1).reduce((sum, item) => a.run.call(fn, [ready(sum), item], a.at), a.value(2));
  },
  'foldr(func, arr, init)': (a) => {
    const fn = a.fn(0);
    return items(a, 1).reduceRight((sum, item) => a.run.call(fn, [item, ready(sum)], a.at), a.value(2));
  },
  'join(sep, arr)': (a) => join(a),
  'lines(arr)': (a) =>
    a.run.string(
      a
        .array(0)
        .items.map((item) => `${a.run.text(a.run.force(item), a.at)}\n`)
        .join(''),
      a.at,
    ),
  'range(from, to)': (a) => {
    const [from, to] = [a.whole(0), a.whole(1)];
    const length = Math.max(0, to - from + 1);
    spend(a, length);
    return arrayOf(Array.from({ length }, (_each, i) => from + i));
  },
  'repeat(what, count)': (a) => {
    const count = a.whole(1);
    if (count < 0) return a.fail('the count is not negative');
    const what = a.value(0);
    if (typeof what === 'string') {
      a.run.meter.text(what.length * count, a.at);
      return what.repeat(count);
    }
    const { items: repeated } = a.array(0);
    spend(a, repeated.length * count + count);
    return { kind: 'array', items: Array.from({ length: count }, () => repeated).flat() };
  },
  'makeArray(sz, func)': (a) => {
    const length = a.whole(0);
    if (length < 0) return a.fail('the size is not negative');
    spend(a, length);
    const fn = a.fn(1);
    return {
      kind: 'array',
      items: Array.from({ length }, (_each, i) => later(() => a.run.call(fn, [ready(i)], a.at))),
    };
  },
  'slice(indexable, index=, end=, step=)': (a) => sliced(a),
  'reverse(arr)': (a) => ({ kind: 'array', items: a.array(0).items.toReversed() }),
  'member(arr, x)': (a) =>
    typeof a.value(0) === 'string' ? a.text(0).includes(a.text(1)) : includes(a, a.array(0).items, a.value(1)),
  'contains(arr, elem)': (a) => includes(a, a.array(0).items, a.value(1)),
  'count(arr, x)': (a) => a.array(0).items.filter((item) => same(a, item, a.value(1))).length,
  'find(value, arr)': (a) => arrayOf(a.array(1).items.flatMap((item, i) => (same(a, item, a.value(0)) ? [i] : []))),
  'remove(arr, elem)': (a) => {
    const { items: all } = a.array(0);
    const place = all.findIndex((item) => same(a, item, a.value(1)));
    return { kind: 'array', items: place < 0 ? all : all.toSpliced(place, 1) };
  },
  'any(arr)': (a) => a.array(0).items.some((item) => truth(a, item)),
  'all(arr)': (a) => a.array(0).items.every((item) => truth(a, item)),
  'sum(arr)': (a) =>
    a.array(0).items.reduce((sum, item) => {
      const value = a.run.force(item);
      return typeof value === 'number' ? sum + value : a.fail('only numbers have a sum');
    }, 0),
  'minArray(arr)': (a) => extreme(a, -1),
  'maxArray(arr)': (a) => extreme(a, 1),
  'sort(arr, keyF=)': (a) => ({ kind: 'array', items: sorted(a, a.array(0), 1).map(({ item }) => item) }),
  'uniq(arr, keyF=)': (a) => ({ kind: 'array', items: distinct(a, keyed(a, a.array(0), 1)).map(({ item }) => item) }),
  'set(arr, keyF=)': (a) => ({
    kind: 'array',
    items: distinct(a, sorted(a, a.array(0), 1)).map(({ item }) => item),
  }),
  'setMember(x, arr, keyF=)': (a) => {
    const key = a.has(2) ? a.run.call(a.fn(2), [a.thunk(0)], a.at) : a.value(0);
    return keyed(a, a.array(1), 2).some((each) => a.run.equal(each.key, key, a.at));
  },
  'setUnion(a, b, keyF=)': (a) => {
    const both: ArrayValue = { kind: 'array', items: [...a.array(0).items, ...a.array(1).items] };
    return { kind: 'array', items: distinct(a, sorted(a, both, 2)).map(({ item }) => item) };
  },
  'setInter(a, b, keyF=)': (a) => shared(a, true),
  'setDiff(a, b, keyF=)': (a) => shared(a, false),

  'abs(n)': (a) => Math.abs(a.number(0)),
  'sign(n)': (a) => Math.sign(a.number(0)),
  'max(a, b)': (a) => Math.max(a.number(0), a.number(1)),
  'min(a, b)': (a) => Math.min(a.number(0), a.number(1)),
  'clamp(x, minVal, maxVal)': (a) => Math.min(Math.max(a.number(0), a.number(1)), a.number(2)),
  'floor(x)': (a) => Math.floor(a.number(0)),
  'ceil(x)': (a) => Math.ceil(a.number(0)),
  'round(x)': (a) => Math.round(a.number(0)),
  'sqrt(x)': (a) => finite(a, Math.sqrt(a.number(0))),
  'pow(x, n)': (a) => finite(a, a.number(0) ** a.number(1)),
  'mod(a, b)': (a) => {
    const first = a.value(0);
    if (typeof first === 'string') return formatText(first, a.value(1), a.run, a.at);
    return a.number(1) === 0 ? a.fail('division by zero') : a.number(0) % a.number(1);
  },
};

/** The functions of `std` by name. */
export const LIBRARY: ReadonlyMap<string, LibraryFunction> = new Map(
  Object.entries(FUNCTIONS).map(([signature, define]) => {
    const [name = '', written = ''] = signature.replace(')', '').split('(');
    const params = written.split(', ').map((each) => ({ name: each.replace('=', ''), optional: each.endsWith('=') }));
    return [name, { params, run: (thunks, run, at) => checked(define(readArgs(thunks, run, at, name)), run, at) }];
  }),
);

/** Whatever text the library makes is charged for. */
function checked(value: Value, run: Run, at: number): Value {
  return typeof value === 'string' ? run.string(value, at) : value;
}

function readArgs(thunks: readonly (Thunk | undefined)[], run: Run, at: number, name: string): Args {
  const fail = (reason: string): never => run.fail(`std.${name}: ${reason}`, at);
  const thunk = (i: number): Thunk => thunks[i] ?? fail(`argument ${i + 1} is missing`);
  const value = (i: number): Value => run.force(thunk(i));
  const wrong = (i: number, wanted: string): never =>
    fail(`argument ${i + 1} must be ${wanted}, this is ${typeOf(value(i))}`);
  const number = (i: number): number => {
    const given = value(i);
    return typeof given === 'number' ? given : wrong(i, 'a number');
  };
  const of =
    <K extends 'array' | 'object' | 'function'>(kind: K) =>
    (i: number): Extract<Value, { kind: K }> => {
      const given = value(i);
      if (!isKind(given, kind)) return wrong(i, kind === 'function' ? 'a function' : `an ${kind}`);
      if (isKind(given, 'array')) run.meter.spend(given.items.length, at);
      if (isKind(given, 'object')) run.meter.spend(sizeOf(given), at);
      return given;
    };
  return {
    run,
    at,
    fail,
    thunk,
    value,
    number,
    has: (i) => thunks[i] !== undefined,
    text(i) {
      const given = value(i);
      if (typeof given !== 'string') return wrong(i, 'a string');
      run.meter.spend(Math.trunc(given.length / 64), at);
      return given;
    },
    whole: (i) => (Number.isSafeInteger(number(i)) ? number(i) : fail(`argument ${i + 1} must be a whole number`)),
    array: of('array'),
    object: of('object'),
    fn: of('function'),
    flag(i, preset) {
      if (thunks[i] === undefined) return preset;
      const given = value(i);
      return typeof given === 'boolean' ? given : wrong(i, 'true or false');
    },
  };
}

const spend = ({ run, at }: Args, units: number): void => run.meter.spend(units, at);

function points(a: Args, i: number): readonly string[] {
  const split = [...a.text(i)];
  spend(a, split.length);
  return split;
}

/** An array's items, or a text's characters. */
function items(a: Args, i: number): readonly Thunk[] {
  return typeof a.value(i) === 'string' ? points(a, i).map(ready) : a.array(i).items;
}

function names(a: Args, hidden = false): readonly string[] {
  const found = namesOf(a.object(0), hidden);
  spend(a, found.length);
  return found;
}

const fieldOf = (a: Args, i: number, name: string): Thunk => {
  const object = a.object(i);
  return later(() => a.run.field(object, name, a.at) ?? null);
};

function lengthOf(a: Args): number {
  const value = a.value(0);
  if (typeof value === 'string') return points(a, 0).length;
  if (isKind(value, 'array')) return value.items.length;
  if (isKind(value, 'object')) return namesOf(value).length;
  return isKind(value, 'function') ? value.params.length : a.fail(`${typeOf(value)} has no length`);
}

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

/** JSON text to a value; undefined when it is none. `null` inside is kept apart from that. */
function parseJson(text: string): Value | undefined {
  try {
    return fromJson(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** RFC 7396. */
function mergePatch(a: Args, target: Value, patch: Value): Value {
  if (!isKind(patch, 'object')) return patch;
  a.run.meter.enter(a.at);
  const base = isKind(target, 'object') ? target : objectOf([], a.run.force);
  const changes = namesOf(patch);
  const kept = namesOf(base).filter((name) => !changes.includes(name));
  spend(a, changes.length + kept.length);
  const of = (object: ObjectValue, name: string): Value => a.run.field(object, name, a.at) ?? null;
  const merged = objectOf(
    [
      ...kept.map((name) => [name, ready(of(base, name))] as const),
      ...changes.flatMap((name) => {
        const change = of(patch, name);
        const before = hasField(base, name) ? of(base, name) : null;
        return change === null ? [] : [[name, ready(mergePatch(a, before, change))] as const];
      }),
    ],
    a.run.force,
  );
  a.run.meter.leave();
  return merged;
}

/** Without null, empty arrays and empty objects, at any depth. */
function prune(a: Args, value: Value): Value {
  if (!isKind(value, 'array') && !isKind(value, 'object')) return value;
  a.run.meter.enter(a.at);
  let made: Value;
  if (isKind(value, 'array')) {
    made = arrayOf(value.items.map((item) => prune(a, a.run.force(item))).filter((each) => !isNothing(each)));
  } else {
    const entries = namesOf(value).map((name) => [name, prune(a, a.run.field(value, name, a.at) ?? null)] as const);
    made = objectOf(
      entries.flatMap(([name, each]) => (isNothing(each) ? [] : [[name, ready(each)] as const])),
      a.run.force,
    );
  }
  a.run.meter.leave();
  return made;
}

function isNothing(value: Value): boolean {
  if (isKind(value, 'array')) return value.items.length === 0;
  return value === null || (isKind(value, 'object') && namesOf(value).length === 0);
}

function mapped(a: Args, list: readonly Thunk[], args: (item: Thunk, i: number) => readonly Thunk[]): Value {
  const fn = a.fn(0);
  return { kind: 'array', items: list.map((item, i) => later(() => a.run.call(fn, args(item, i), a.at))) };
}

function filtered(a: Args, fn: FunctionValue, list: readonly Thunk[]): ArrayValue {
  return { kind: 'array', items: list.filter((item) => truth(a, ready(a.run.call(fn, [item], a.at)))) };
}

function truth(a: Args, item: Thunk): boolean {
  const value = a.run.force(item);
  return typeof value === 'boolean' ? value : a.fail(`true or false is expected, this is ${typeOf(value)}`);
}

function flatten(a: Args, parts: readonly Value[]): ArrayValue {
  const all = parts.map((part) => (isKind(part, 'array') ? part.items : a.fail('every part must be an array')));
  spend(
    a,
    all.reduce((sum, part) => sum + part.length, 0),
  );
  return { kind: 'array', items: all.flat() };
}

function join(a: Args): Value {
  const separator = a.value(0);
  const parts = a
    .array(1)
    .items.map(a.run.force)
    .filter((part) => part !== null);
  if (typeof separator === 'string') {
    const texts = parts.map((part) => (typeof part === 'string' ? part : a.fail('every part must be a string')));
    const length = texts.reduce((sum, text) => sum + text.length + separator.length, 0);
    a.run.meter.text(length, a.at);
    return texts.join(separator);
  }
  const between = a.array(0);
  return flatten(
    a,
    parts.flatMap((part, i) => (i === 0 ? [part] : [between, part])),
  );
}

function sliced(a: Args): Value {
  const bound = (i: number): number | undefined => (a.has(i) && a.value(i) !== null ? a.whole(i) : undefined);
  const list = items(a, 0);
  const step = bound(3) ?? 1;
  if (step < 1) return a.fail('the step is at least 1');
  const edge = (at: number | undefined, preset: number): number =>
    at === undefined ? preset : at < 0 ? Math.max(0, list.length + at) : at;
  const kept = list.slice(edge(bound(1), 0), edge(bound(2), list.length)).filter((_item, i) => i % step === 0);
  if (typeof a.value(0) !== 'string') return { kind: 'array', items: kept };
  return kept.map((item) => a.run.text(a.run.force(item), a.at)).join('');
}

const same = (a: Args, item: Thunk, value: Value): boolean => a.run.equal(a.run.force(item), value, a.at);

function includes(a: Args, list: readonly Thunk[], value: Value): boolean {
  return list.some((item) => same(a, item, value));
}

function extreme(a: Args, sign: 1 | -1): Value {
  const [first, ...rest] = a.array(0).items.map(a.run.force);
  if (first === undefined) return a.fail('the array is empty');
  return rest.reduce((best, each) => (a.run.compare(each, best, a.at) === sign ? each : best), first);
}

interface Keyed {
  readonly item: Thunk;
  readonly key: Value;
}

function keyed(a: Args, { items: list }: ArrayValue, keyAt: number): readonly Keyed[] {
  const by = a.has(keyAt) ? a.fn(keyAt) : undefined;
  return list.map((item) => ({ item, key: by ? a.run.call(by, [item], a.at) : a.run.force(item) }));
}

function sorted(a: Args, array: ArrayValue, keyAt: number): readonly Keyed[] {
  return keyed(a, array, keyAt).toSorted((one, other) => a.run.compare(one.key, other.key, a.at));
}

/** Without those equal to the one before. */
function distinct(a: Args, all: readonly Keyed[]): readonly Keyed[] {
  return all.filter((each, i) => {
    const before = all[i - 1];
    return before === undefined || !a.run.equal(before.key, each.key, a.at);
  });
}

function shared(a: Args, wanted: boolean): Value {
  const others = keyed(a, a.array(1), 2);
  const kept = keyed(a, a.array(0), 2).filter(
    ({ key }) => others.some((other) => a.run.equal(other.key, key, a.at)) === wanted,
  );
  return { kind: 'array', items: kept.map(({ item }) => item) };
}

const finite = (a: Args, value: number): number =>
  Number.isFinite(value) ? value : a.fail('the result is not a number');
