import { callFunction, closure, evaluateCall } from './evaluate-call.ts';
import { evaluateIndex, evaluateSlice } from './evaluate-index.ts';
import { checkAssertion, checkAsserts, evaluateObject, fieldBelow, fieldOf } from './evaluate-object.ts';
import { evaluateBinary, evaluateUnary } from './evaluate-operator.ts';
import type { Evaluation, Scope } from './evaluation.ts';
import { JsonnetFault, type Source } from './fault.ts';
import { createMeter, type Limits } from './meter.ts';
import { createOperators } from './operators.ts';
import type { Run } from './run.ts';
import { bindNames, eachTurn, lookUp, ROOT } from './scopes.ts';
import type { Expression } from './syntax.ts';
import { later, type Thunk, type Value } from './value.ts';

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
  const force = (thunk: Thunk): Value => {
    if (thunk.value !== undefined) return thunk.value;
    const { make } = thunk;
    if (make === undefined) return fail('a value depends on itself', meter.at());
    thunk.make = undefined;
    thunk.value = make();
    return thunk.value;
  };
  const base = { meter, fail, force, checkAsserts };
  const field: Run['field'] = (object, name, at) => fieldOf(base, object, name, at);
  const run: Evaluation = {
    ...base,
    ...createOperators({ ...base, field }),
    extVars,
    field,
    call: (fn, args, at) => callFunction(base, fn, args, at),
    raise(message, at) {
      throw new JsonnetFault('raised', message, source, at);
    },
    evaluate(expression, scope) {
      meter.enter(expression.at);
      const value = step(run, expression, scope);
      meter.leave();
      return value;
    },
  };
  return { ...run, evaluate: (program) => run.evaluate(program, ROOT) };
}

function step(run: Evaluation, expression: Expression, scope: Scope): Value {
  const { at } = expression;
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'variable':
      return run.force(lookUp(run, expression.name, scope, at));
    case 'self':
      return scope.self ?? run.fail('self stands outside of an object', at);
    case 'dollar':
      return scope.dollar ?? run.fail('$ stands outside of an object', at);
    case 'super':
    case 'in_super':
      return evaluateSuper(run, expression, scope);
    case 'array':
    case 'array_for':
      return evaluateArray(run, expression, scope);
    case 'object':
      return evaluateObject(run, expression, scope);
    case 'index':
      return evaluateIndex(run, expression, scope);
    case 'slice':
      return evaluateSlice(run, expression, scope);
    case 'call':
      return evaluateCall(run, expression, scope);
    case 'function':
      return closure(run, expression, scope);
    case 'local':
      return run.evaluate(expression.body, bindNames(run, expression.binds, scope));
    case 'if':
      if (run.truth(run.evaluate(expression.condition, scope), 'a condition', at))
        return run.evaluate(expression.body, scope);
      return expression.otherwise ? run.evaluate(expression.otherwise, scope) : null;
    case 'unary':
      return evaluateUnary(run, expression, scope);
    case 'binary':
      return evaluateBinary(run, expression, scope);
    case 'assert':
      checkAssertion(run, expression.check, scope);
      return run.evaluate(expression.body, scope);
    case 'error':
      return run.raise(run.text(run.evaluate(expression.message, scope), at), at);
  }
}

/** `super.name`, `super[name]` and `name in super`. */
function evaluateSuper(
  run: Evaluation,
  expression: Extract<Expression, { kind: 'super' | 'in_super' }>,
  scope: Scope,
): Value {
  const { kind, at } = expression;
  const name = run.textOf(
    run.evaluate(kind === 'super' ? expression.index : expression.key, scope),
    'the name of a field',
    at,
  );
  if (kind === 'in_super') {
    const layers = scope.self?.layers.slice(0, scope.layer) ?? [];
    return layers.some(({ fields }) => fields.has(name));
  }
  const found = fieldBelow(run, scope, name, at);
  return found === undefined ? run.fail(`super has no field ${JSON.stringify(name)}`, at) : found;
}

function evaluateArray(
  run: Evaluation,
  expression: Extract<Expression, { kind: 'array' | 'array_for' }>,
  scope: Scope,
): Value {
  if (expression.kind === 'array') {
    run.meter.spend(expression.items.length, expression.at);
    return { kind: 'array', items: expression.items.map((item) => later(() => run.evaluate(item, scope))) };
  }
  const items: Thunk[] = [];
  eachTurn(run, expression.specs, scope, (inner) => items.push(later(() => run.evaluate(expression.body, inner))));
  return { kind: 'array', items };
}
