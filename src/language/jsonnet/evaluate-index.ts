import { callFunction, libraryFunction } from './evaluate-call.ts';
import type { Evaluation, Scope } from './evaluation.ts';
import type { Expression } from './syntax.ts';
import { isKind, later, ready, typeOf, type Value } from './value.ts';

/** `target[index]` or `target.name`: a field of an object, an item of an array, a character of a text. */
export function evaluateIndex(
  run: Evaluation,
  { target, index, at }: Extract<Expression, { kind: 'index' }>,
  scope: Scope,
): Value {
  if (target.kind === 'variable' && target.name === 'std' && index.kind === 'literal')
    return libraryFunction(run, String(index.value), at);
  const from = run.evaluate(target, scope);
  const by = run.evaluate(index, scope);
  if (isKind(from, 'object')) {
    const name = run.textOf(by, 'the name of a field', at);
    const found = run.field(from, name, at);
    return found === undefined ? run.fail(`there is no field ${JSON.stringify(name)}`, at) : found;
  }
  if (typeof from === 'string') {
    const points = [...from];
    run.meter.spend(points.length, at);
    return points[position(run, by, points.length, at)] ?? '';
  }
  if (!isKind(from, 'array')) return run.fail(`${typeOf(from)} has no fields`, at);
  const item = from.items[position(run, by, from.items.length, at)];
  return item ? run.force(item) : null;
}

function position({ fail }: Evaluation, by: Value, length: number, at: number): number {
  if (typeof by !== 'number' || !Number.isInteger(by)) return fail('an index is a whole number', at);
  return by < 0 || by >= length ? fail(`the index ${by} is outside of the ${length} there are`, at) : by;
}

/** `target[from:to:step]`, which is `std.slice`. */
export function evaluateSlice(
  run: Evaluation,
  { target, bounds, at }: Extract<Expression, { kind: 'slice' }>,
  scope: Scope,
): Value {
  const [from, to, step] = [0, 1, 2].map((i) => {
    const bound = bounds[i];
    return ready(bound ? run.evaluate(bound, scope) : null);
  });
  const args = [later(() => run.evaluate(target, scope)), from, to, step].flatMap((each) => each ?? []);
  return callFunction(run, libraryFunction(run, 'slice', at), args, at);
}
