import { showValue } from './show.ts';
import type { Run } from './run.ts';
import { compareText, isKind, namesOf, objectWith, sizeOf, typeOf, type ArrayValue, type Value } from './value.ts';

export interface Operators extends Pick<Run, 'add' | 'equal' | 'compare' | 'text' | 'string'> {
  arithmetic(operator: string, a: Value, b: Value, at: number): number;
  /** The value as text, or as a truth; `what` it is, for the error. */
  textOf(value: Value, what: string, at: number): string;
  truth(value: Value, what: string, at: number): boolean;
}

/** What operators make of values that have been computed. */
export function createOperators(run: Pick<Run, 'meter' | 'fail' | 'force' | 'field' | 'checkAsserts'>): Operators {
  const { meter, fail, force, field } = run;
  return { add, equal, compare, text, string, arithmetic, textOf, truth };

  function arithmetic(operator: string, a: Value, b: Value, at: number): number {
    if (typeof a !== 'number' || typeof b !== 'number')
      return fail(`${operator} is applied to ${typeOf(a)} and ${typeOf(b)}`, at);
    if (b === 0 && (operator === '/' || operator === '%')) return fail('division by zero', at);
    const made = operator === '-' ? a - b : operator === '*' ? a * b : operator === '/' ? a / b : a % b;
    return Number.isFinite(made) ? made : fail('a number becomes too large', at);
  }

  function add(a: Value, b: Value, at: number): Value {
    if (typeof a === 'string' || typeof b === 'string') {
      return string(text(a, at) + text(b, at), at);
    }
    if (typeof a === 'number' && typeof b === 'number') {
      return Number.isFinite(a + b) ? a + b : fail('a number becomes too large', at);
    }
    if (isKind(a, 'array') && isKind(b, 'array')) {
      meter.spend(a.items.length + b.items.length, at);
      return { kind: 'array', items: [...a.items, ...b.items] };
    }
    if (isKind(a, 'object') && isKind(b, 'object')) {
      meter.spend(a.layers.length + b.layers.length, at);
      return objectWith([...a.layers, ...b.layers]);
    }
    return fail(`+ is applied to ${typeOf(a)} and ${typeOf(b)}`, at);
  }

  function equal(a: Value, b: Value, at: number): boolean {
    meter.enter(at);
    const same = sameValue(a, b, at);
    meter.leave();
    return same;
  }

  function sameValue(a: Value, b: Value, at: number): boolean {
    if (isKind(a, 'function') || isKind(b, 'function')) return fail('functions cannot be compared', at);
    if (isKind(a, 'array') && isKind(b, 'array')) {
      return a.items.length === b.items.length && a.items.every((item, i) => equal(force(item), itemOf(b, i), at));
    }
    if (isKind(a, 'object') && isKind(b, 'object')) {
      const names = namesOf(a);
      const others = namesOf(b);
      meter.spend(sizeOf(a) + sizeOf(b), at);
      return (
        names.length === others.length &&
        names.every((name, i) => name === others[i]) &&
        names.every((name) => equal(field(a, name, at) ?? null, field(b, name, at) ?? null, at))
      );
    }
    if (typeof a === 'string' && typeof b === 'string') meter.text(Math.min(a.length, b.length), at);
    return a === b;
  }

  function compare(a: Value, b: Value, at: number): number {
    meter.enter(at);
    const order = orderOf(a, b, at);
    meter.leave();
    return order;
  }

  function orderOf(a: Value, b: Value, at: number): number {
    if (typeof a === 'number' && typeof b === 'number') return Math.sign(a - b);
    if (typeof a === 'string' && typeof b === 'string') {
      meter.text(Math.min(a.length, b.length), at);
      return compareText(a, b);
    }
    if (!isKind(a, 'array') || !isKind(b, 'array')) return fail(`${typeOf(a)} and ${typeOf(b)} have no order`, at);
    for (let i = 0; i < Math.min(a.items.length, b.items.length); i++) {
      const order = compare(itemOf(a, i), itemOf(b, i), at);
      if (order !== 0) return order;
    }
    return Math.sign(a.items.length - b.items.length);
  }

  function itemOf({ items }: ArrayValue, i: number): Value {
    const item = items[i];
    return item ? force(item) : null;
  }

  function text(value: Value, at: number): string {
    return typeof value === 'string' ? value : showValue(value, run, at);
  }

  function string(made: string, at: number): string {
    meter.text(made.length, at);
    return made;
  }

  function textOf(value: Value, what: string, at: number): string {
    return typeof value === 'string' ? value : fail(`${what} is a text, this is ${typeOf(value)}`, at);
  }

  function truth(value: Value, what: string, at: number): boolean {
    return typeof value === 'boolean' ? value : fail(`${what} is true or false, this is ${typeOf(value)}`, at);
  }
}
