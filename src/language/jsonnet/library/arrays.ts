import {
  arrayOf,
  isKind,
  later,
  ready,
  typeOf,
  type ArrayValue,
  type FunctionValue,
  type Thunk,
  type Value,
} from '../value.ts';
import { items, spend, type Args, type Functions } from './args.ts';

/** `std` about arrays. */
export const ARRAYS: Functions = {
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
};

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
