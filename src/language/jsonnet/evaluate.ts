import { JsonnetFault, type Source } from './fault.ts';
import { formatText } from './format.ts';
import { createMeter, type Limits } from './meter.ts';
import type { Run } from './run.ts';
import { createOperators } from './operators.ts';
import { LIBRARY } from './library/library.ts';
import type { Argument, Assertion, Bind, Expression, Field, ForSpec, ObjectExpression } from './syntax.ts';
import {
  hasField,
  isKind,
  later,
  objectWith,
  ready,
  typeOf,
  type FunctionValue,
  type Layer,
  type LayerField,
  type ObjectValue,
  type Thunk,
  type Value,
} from './value.ts';

interface Scope {
  readonly names: ReadonlyMap<string, Thunk>;
  readonly outer: Scope | undefined;
  readonly self: ObjectValue | undefined;
  /** The index of the layer whose code this is: `super` is what lies below. */
  readonly layer: number;
  readonly dollar: ObjectValue | undefined;
}

export interface Inputs {
  extVars(name: string): Value | undefined;
  readonly limits: Limits;
}

/** Runs a program once. The answer is what it evaluates to; objects and arrays in it are still lazy. */
export function createRun(source: Source, { extVars, limits }: Inputs): Run & { evaluate(program: Expression): Value } {
  const fail = (reason: string, at: number): never => {
    throw new JsonnetFault('runtime', reason, source, at);
  };
  const meter = createMeter(limits, (reason, at) => new JsonnetFault('limit', reason, source, at));
  const operators = createOperators({ meter, fail, force, field, checkAsserts });
  const { add, equal, compare, text, string, arithmetic, textOf, truth } = operators;
  const run: Run = { meter, extVars, fail, force, call, field, checkAsserts, equal, compare, add, text, string };
  return { ...run, evaluate: (program) => evaluate(program, root) };

  function evaluate(expression: Expression, scope: Scope): Value {
    const { at } = expression;
    meter.enter(at);
    const value = step(expression, scope, at);
    meter.leave();
    return value;
  }

  function step(expression: Expression, scope: Scope, at: number): Value {
    switch (expression.kind) {
      case 'literal':
        return expression.value;
      case 'variable':
        return force(lookUp(expression.name, scope, at));
      case 'self':
        return scope.self ?? fail('self stands outside of an object', at);
      case 'dollar':
        return scope.dollar ?? fail('$ stands outside of an object', at);
      case 'super': {
        const name = textOf(evaluate(expression.index, scope), 'the name of a field', at);
        const found = below(scope, name, at);
        return found === undefined ? fail(`super has no field ${JSON.stringify(name)}`, at) : found;
      }
      case 'in_super': {
        const name = textOf(evaluate(expression.key, scope), 'the name of a field', at);
        const layers = scope.self?.layers.slice(0, scope.layer) ?? [];
        return layers.some(({ fields }) => fields.has(name));
      }
      case 'array':
        meter.spend(expression.items.length, at);
        return { kind: 'array', items: expression.items.map((item) => later(() => evaluate(item, scope))) };
      case 'array_for': {
        const items: Thunk[] = [];
        turns(expression.specs, scope, (inner) => items.push(later(() => evaluate(expression.body, inner))));
        return { kind: 'array', items };
      }
      case 'object':
        return object(expression, scope);
      case 'index':
        return index(expression.target, expression.index, scope, at);
      case 'slice':
        return sliceOf(expression.target, expression.bounds, scope, at);
      case 'call':
        return apply(evaluateFunction(expression.target, scope), expression.args, scope, at);
      case 'function':
        return closure(expression.params, expression.body, scope);
      case 'local':
        return evaluate(expression.body, bind(expression.binds, scope));
      case 'if':
        if (truth(evaluate(expression.condition, scope), 'a condition', at)) return evaluate(expression.body, scope);
        return expression.otherwise ? evaluate(expression.otherwise, scope) : null;
      case 'unary':
        return unary(expression.operator, evaluate(expression.value, scope), at);
      case 'binary':
        return binary(expression, scope, at);
      case 'assert':
        assert(expression.check, scope);
        return evaluate(expression.body, scope);
      case 'error':
        throw new JsonnetFault('raised', text(evaluate(expression.message, scope), at), source, at);
    }
  }

  function force(thunk: Thunk): Value {
    if (thunk.value !== undefined) return thunk.value;
    const { make } = thunk;
    if (make === undefined) throw new JsonnetFault('runtime', 'a value depends on itself', source, meter.at());
    thunk.make = undefined;
    thunk.value = make();
    return thunk.value;
  }

  function lookUp(name: string, scope: Scope, at: number): Thunk {
    for (let each: Scope | undefined = scope; each; each = each.outer) {
      const found = each.names.get(name);
      if (found) return found;
    }
    return fail(`nothing is named ${name}`, at);
  }

  function bind(binds: readonly Bind[], scope: Scope): Scope {
    const names = new Map<string, Thunk>();
    const inner = { ...scope, names, outer: scope };
    for (const { name, value } of binds)
      names.set(
        name,
        later(() => evaluate(value, inner)),
      );
    return inner;
  }

  function turns(specs: readonly ForSpec[], scope: Scope, each: (inner: Scope) => void): void {
    const [spec, ...rest] = specs;
    if (spec === undefined) return each(scope);
    meter.spend(1, spec.at);
    if (spec.kind === 'if') {
      if (truth(evaluate(spec.condition, scope), 'a condition', spec.at)) turns(rest, scope, each);
      return;
    }
    const list = evaluate(spec.list, scope);
    if (!isKind(list, 'array')) return fail(`for goes through an array, this is ${typeOf(list)}`, spec.at);
    for (const item of list.items) {
      meter.spend(4, spec.at); // a scope each, all of them kept
      turns(rest, { ...scope, names: new Map([[spec.name, item]]), outer: scope }, each);
    }
  }

  function object({ locals, asserts, fields, specs }: ObjectExpression, scope: Scope): ObjectValue {
    const made = new Map<string, LayerField>();
    const define = (field: Field, around: Scope): void => {
      const name = evaluate(field.name, around);
      if (name === null) return;
      const key = textOf(name, 'the name of a field', field.at);
      if (made.has(key)) fail(`the field ${JSON.stringify(key)} is defined twice`, field.at);
      meter.spend(1, field.at);
      const { plus, visibility, value, at } = field;
      made.set(key, {
        plus,
        visibility,
        make(self, layer) {
          const own = evaluate(value, inside(locals, around, self, layer));
          const lower = plus ? below({ ...around, self, layer }, key, at) : undefined;
          return lower === undefined ? own : add(lower, own, at);
        },
      });
    };
    if (specs) turns(specs, scope, (inner) => fields.forEach((field) => define(field, inner)));
    else fields.forEach((field) => define(field, scope));
    const check: Layer['check'] = (self, layer) => {
      const inner = inside(locals, scope, self, layer);
      for (const each of asserts) assert(each, inner);
    };
    return objectWith([{ fields: made, asserts, check }]);
  }

  /** The scope of an object's code, once it is known which object it has become a part of. */
  function inside(locals: readonly Bind[], scope: Scope, self: ObjectValue, layer: number): Scope {
    return bind(locals, { ...scope, self, layer, dollar: scope.dollar ?? self });
  }

  function below(scope: Pick<Scope, 'self' | 'layer'>, name: string, at: number): Value | undefined {
    const { self, layer } = scope;
    return self && fieldIn(self, name, layer, at);
  }

  /** The field of the topmost of the first `layers` layers that has it. */
  function fieldIn(self: ObjectValue, name: string, layers: number, at: number): Value | undefined {
    meter.spend(1, at);
    for (let i = layers - 1; i >= 0; i--) {
      const found = self.layers[i]?.fields.get(name);
      if (found) return found.make(self, i);
    }
    return undefined;
  }

  function field(self: ObjectValue, name: string, at: number): Value | undefined {
    let thunk = self.fields.get(name);
    if (thunk === undefined) {
      meter.spend(self.layers.length, at);
      if (!hasField(self, name)) return undefined;
      checkAsserts(self);
      thunk = later(() => fieldIn(self, name, self.layers.length, at) ?? null);
      self.fields.set(name, thunk);
    }
    return force(thunk);
  }

  function checkAsserts(self: ObjectValue): void {
    if (self.asserted) return;
    self.asserted = true; // asserts read fields of the object that they are in
    self.layers.forEach((layer, i) => layer.check(self, i));
  }

  function assert({ condition, message, at }: Assertion, scope: Scope): void {
    if (truth(evaluate(condition, scope), 'an assertion', at)) return;
    const reason = message ? text(evaluate(message, scope), at) : 'an assertion does not hold';
    throw new JsonnetFault('raised', reason, source, at);
  }

  function index(target: Expression, key: Expression, scope: Scope, at: number): Value {
    if (target.kind === 'variable' && target.name === 'std' && key.kind === 'literal')
      return library(String(key.value), at);
    const from = evaluate(target, scope);
    const by = evaluate(key, scope);
    if (isKind(from, 'object')) {
      const name = textOf(by, 'the name of a field', at);
      const found = field(from, name, at);
      return found === undefined ? fail(`there is no field ${JSON.stringify(name)}`, at) : found;
    }
    if (typeof from === 'string') {
      const points = [...from];
      meter.spend(points.length, at);
      return points[whole(by, points.length, at)] ?? '';
    }
    if (!isKind(from, 'array')) return fail(`${typeOf(from)} has no fields`, at);
    const item = from.items[whole(by, from.items.length, at)];
    return item ? force(item) : null;
  }

  function whole(by: Value, length: number, at: number): number {
    if (typeof by !== 'number' || !Number.isInteger(by)) return fail('an index is a whole number', at);
    return by < 0 || by >= length ? fail(`the index ${by} is outside of the ${length} there are`, at) : by;
  }

  function sliceOf(target: Expression, bounds: readonly (Expression | undefined)[], scope: Scope, at: number): Value {
    const [from, to, step] = [0, 1, 2].map((i) => {
      const bound = bounds[i];
      return ready(bound ? evaluate(bound, scope) : null);
    });
    const args = [later(() => evaluate(target, scope)), from, to, step].flatMap((each) => each ?? []);
    return call(library('slice', at), args, at);
  }

  function library(name: string, at: number): FunctionValue {
    const found = LIBRARY.get(name);
    if (found === undefined) return fail(`std.${name} is not supported`, at);
    return { kind: 'function', params: found.params, call: (args, where) => found.run(args, run, where) };
  }

  function closure(
    params: Extract<Expression, { kind: 'function' }>['params'],
    body: Expression,
    scope: Scope,
  ): FunctionValue {
    return {
      kind: 'function',
      params: params.map(({ name, preset }) => ({ name, optional: preset !== undefined })),
      call(args) {
        const names = new Map<string, Thunk>();
        const inner = { ...scope, names, outer: scope };
        params.forEach(({ name, preset }, i) => {
          const given = args[i] ?? (preset ? later(() => evaluate(preset, inner)) : undefined);
          if (given) names.set(name, given);
        });
        return evaluate(body, inner);
      },
    };
  }

  function evaluateFunction(target: Expression, scope: Scope): FunctionValue {
    const fn = evaluate(target, scope);
    return isKind(fn, 'function') ? fn : fail(`${typeOf(fn)} cannot be called`, target.at);
  }

  function apply(fn: FunctionValue, args: readonly Argument[], scope: Scope, at: number): Value {
    const given: (Thunk | undefined)[] = fn.params.map(() => undefined);
    args.forEach(({ name, value }, i) => {
      const place = name === undefined ? i : fn.params.findIndex((each) => each.name === name);
      if (place < 0) fail(`the function has no parameter ${name}`, at);
      if (place >= fn.params.length) fail(`the function takes ${fn.params.length} arguments, not ${args.length}`, at);
      if (given[place]) fail(`the argument ${fn.params[place]?.name} is given twice`, at);
      given[place] = later(() => evaluate(value, scope));
    });
    return complete(fn, given, at);
  }

  function call(fn: FunctionValue, args: readonly (Thunk | undefined)[], at: number): Value {
    if (args.length > fn.params.length)
      return fail(`the function takes ${fn.params.length} arguments, not ${args.length}`, at);
    return complete(
      fn,
      fn.params.map((_param, i) => args[i]),
      at,
    );
  }

  function complete(fn: FunctionValue, args: readonly (Thunk | undefined)[], at: number): Value {
    const missing = fn.params.find(({ optional }, i) => !optional && args[i] === undefined);
    if (missing) fail(`the argument ${missing.name} is missing`, at);
    meter.enter(at);
    const value = fn.call(args, at);
    meter.leave();
    return value;
  }

  function unary(operator: string, value: Value, at: number): Value {
    if (operator === '!') return !truth(value, 'what ! is applied to', at);
    if (typeof value !== 'number') return fail(`${operator} is applied to ${typeOf(value)}`, at);
    return operator === '-' ? -value : value;
  }

  function binary({ operator, left, right }: Extract<Expression, { kind: 'binary' }>, scope: Scope, at: number): Value {
    const a = evaluate(left, scope);
    if (operator === '&&' || operator === '||') {
      const first = truth(a, `what stands left of ${operator}`, at);
      if (first === (operator === '||')) return first;
      return truth(evaluate(right, scope), `what stands right of ${operator}`, at);
    }
    const b = evaluate(right, scope);
    switch (operator) {
      case '+':
        return add(a, b, at);
      case '==':
        return equal(a, b, at);
      case '!=':
        return !equal(a, b, at);
      case '<':
        return compare(a, b, at) < 0;
      case '<=':
        return compare(a, b, at) <= 0;
      case '>':
        return compare(a, b, at) > 0;
      case '>=':
        return compare(a, b, at) >= 0;
      case 'in':
        if (!isKind(b, 'object')) return fail(`in asks an object, this is ${typeOf(b)}`, at);
        meter.spend(b.layers.length, at);
        return hasField(b, textOf(a, 'the name of a field', at));
      case '%':
        if (typeof a === 'string') return string(formatText(a, b, run, at), at);
    }
    return arithmetic(operator, a, b, at);
  }
}

const root: Scope = { names: new Map(), outer: undefined, self: undefined, layer: 0, dollar: undefined };
