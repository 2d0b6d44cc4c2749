import type { ArrayValue, Thunk, Value } from '../value.ts';
import type { Args, Functions } from './args.ts';

/** `std` about arrays that are kept in order. */
export const SETS: Functions = {
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
};

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
