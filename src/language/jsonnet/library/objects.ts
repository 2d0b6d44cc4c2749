import {
  arrayOf,
  hasField,
  isKind,
  later,
  namesOf,
  objectOf,
  ready,
  type ObjectValue,
  type Thunk,
  type Value,
} from '../value.ts';
import { spend, type Args, type Functions } from './args.ts';

/** `std` about objects. */
export const OBJECTS: Functions = {
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
};

function names(a: Args, hidden = false): readonly string[] {
  const found = namesOf(a.object(0), hidden);
  spend(a, found.length);
  return found;
}

const fieldOf = (a: Args, i: number, name: string): Thunk => {
  const object = a.object(i);
  return later(() => a.run.field(object, name, a.at) ?? null);
};

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
