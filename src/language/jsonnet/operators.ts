import { showValue } from './show.ts';
import type { Run } from './run.ts';
import { compareText, isKind, namesOf, objectWith, sizeOf, typeOf, type ArrayValue, type Value } from './value.ts';

export interface Operators extends Pick<Run, 'add' | 'equal' | 'compare' | 'text' | 'string'> {
  arithmetic(operator: string, a: Value, b: Value, at: number): number;
  /** The value as text, or as a boolean; `what` names the value in the error. */
  textOf(value: Value, what: string, at: number): string;
  truth(value: Value, what: string, at: number): boolean;
}

type Base = Pick<Run, 'meter' | 'fail' | 'force' | 'field' | 'checkAsserts'>;

/** The operators on values that have been computed. */
export const createOperators = (run: Base): Operators => ({
  arithmetic: (operator, a, b, at) => arithmetic(run, operator, a, b, at),
  add: (a, b, at) => add(run, a, b, at),
  equal: (a, b, at) => equal(run, a, b, at),
  compare: (a, b, at) => compare(run, a, b, at),
  text: (value, at) => text(run, value, at),
  string: (made, at) => string(run, made, at),
  textOf: (value, what, at) =>
    typeof value === 'string' ? value : run.fail(`${what} is a text, this is ${typeOf(value)}`, at),
  truth: (value, what, at) =>
    typeof value === 'boolean' ? value : run.fail(`${what} is true or false, this is ${typeOf(value)}`, at),
});

function arithmetic(run: Base, operator: string, a: Value, b: Value, at: number): number {
  if (typeof a !== 'number' || typeof b !== 'number')
    return run.fail(`${operator} is applied to ${typeOf(a)} and ${typeOf(b)}`, at);
  if (b === 0 && (operator === '/' || operator === '%')) return run.fail('division by zero', at);
  const made = operator === '-' ? a - b : operator === '*' ? a * b : operator === '/' ? a / b : a % b;
  return Number.isFinite(made) ? made : run.fail('a number becomes too large', at);
}

function add(run: Base, a: Value, b: Value, at: number): Value {
  if (typeof a === 'string' || typeof b === 'string') {
    return string(run, text(run, a, at) + text(run, b, at), at);
  }
  if (typeof a === 'number' && typeof b === 'number') {
    return Number.isFinite(a + b) ? a + b : run.fail('a number becomes too large', at);
  }
  if (isKind(a, 'array') && isKind(b, 'array')) {
    run.meter.spend(a.items.length + b.items.length, at);
    return { kind: 'array', items: [...a.items, ...b.items] };
  }
  if (isKind(a, 'object') && isKind(b, 'object')) {
    run.meter.spend(a.layers.length + b.layers.length, at);
    return objectWith([...a.layers, ...b.layers]);
  }
  return run.fail(`+ is applied to ${typeOf(a)} and ${typeOf(b)}`, at);
}

function equal(run: Base, a: Value, b: Value, at: number): boolean {
  run.meter.enter(at);
  const same = sameValue(run, a, b, at);
  run.meter.leave();
  return same;
}

function sameValue(run: Base, a: Value, b: Value, at: number): boolean {
  if (isKind(a, 'function') || isKind(b, 'function')) return run.fail('functions cannot be compared', at);
  if (isKind(a, 'array') && isKind(b, 'array')) {
    return (
      a.items.length === b.items.length &&
      a.items.every((item, i) => equal(run, run.force(item), itemOf(run, b, i), at))
    );
  }
  if (isKind(a, 'object') && isKind(b, 'object')) {
    const names = namesOf(a);
    const others = namesOf(b);
    run.meter.spend(sizeOf(a) + sizeOf(b), at);
    return (
      names.length === others.length &&
      names.every((name, i) => name === others[i]) &&
      names.every((name) => equal(run, run.field(a, name, at) ?? null, run.field(b, name, at) ?? null, at))
    );
  }
  if (typeof a === 'string' && typeof b === 'string') run.meter.text(Math.min(a.length, b.length), at);
  return a === b;
}

function compare(run: Base, a: Value, b: Value, at: number): number {
  run.meter.enter(at);
  const order = orderOf(run, a, b, at);
  run.meter.leave();
  return order;
}

function orderOf(run: Base, a: Value, b: Value, at: number): number {
  if (typeof a === 'number' && typeof b === 'number') return Math.sign(a - b);
  if (typeof a === 'string' && typeof b === 'string') {
    run.meter.text(Math.min(a.length, b.length), at);
    return compareText(a, b);
  }
  if (!isKind(a, 'array') || !isKind(b, 'array')) return run.fail(`${typeOf(a)} and ${typeOf(b)} have no order`, at);
  for (let i = 0; i < Math.min(a.items.length, b.items.length); i++) {
    const order = compare(run, itemOf(run, a, i), itemOf(run, b, i), at);
    if (order !== 0) return order;
  }
  return Math.sign(a.items.length - b.items.length);
}

function itemOf(run: Base, { items }: ArrayValue, i: number): Value {
  const item = items[i];
  return item ? run.force(item) : null;
}

function text(run: Base, value: Value, at: number): string {
  return typeof value === 'string' ? value : showValue(value, run, at);
}

function string(run: Base, made: string, at: number): string {
  run.meter.text(made.length, at);
  return made;
}
