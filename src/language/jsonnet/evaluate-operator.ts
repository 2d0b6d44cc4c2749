import type { Evaluation, Scope } from './evaluation.ts';
import { formatText } from './format.ts';
import type { Expression } from './syntax.ts';
import { hasField, isKind, typeOf, type Value } from './value.ts';

export function evaluateUnary(
  run: Evaluation,
  { operator, value: operand, at }: Extract<Expression, { kind: 'unary' }>,
  scope: Scope,
): Value {
  const value = run.evaluate(operand, scope);
  if (operator === '!') return !run.truth(value, 'what ! is applied to', at);
  if (typeof value !== 'number') return run.fail(`${operator} is applied to ${typeOf(value)}`, at);
  return operator === '-' ? -value : value;
}

export function evaluateBinary(
  run: Evaluation,
  { operator, left, right, at }: Extract<Expression, { kind: 'binary' }>,
  scope: Scope,
): Value {
  const a = run.evaluate(left, scope);
  if (operator === '&&' || operator === '||') {
    const first = run.truth(a, `what stands left of ${operator}`, at);
    if (first === (operator === '||')) return first;
    return run.truth(run.evaluate(right, scope), `what stands right of ${operator}`, at);
  }
  const b = run.evaluate(right, scope);
  switch (operator) {
    case '+':
      return run.add(a, b, at);
    case '==':
      return run.equal(a, b, at);
    case '!=':
      return !run.equal(a, b, at);
    case '<':
      return run.compare(a, b, at) < 0;
    case '<=':
      return run.compare(a, b, at) <= 0;
    case '>':
      return run.compare(a, b, at) > 0;
    case '>=':
      return run.compare(a, b, at) >= 0;
    case 'in':
      if (!isKind(b, 'object')) return run.fail(`in asks an object, this is ${typeOf(b)}`, at);
      run.meter.spend(b.layers.length, at);
      return hasField(b, run.textOf(a, 'the name of a field', at));
    case '%':
      if (typeof a === 'string') return run.string(formatText(a, b, run, at), at);
  }
  return run.arithmetic(operator, a, b, at);
}
