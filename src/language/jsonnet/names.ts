import { JsonnetFault, type Source } from './fault.ts';
import type { Assertion, Bind, Expression, ForSpec, ObjectExpression } from './syntax.ts';

interface Scope {
  readonly names: ReadonlySet<string>;
  readonly inObject: boolean;
}

interface Check {
  /** The names of `std`. */
  readonly library: ReadonlySet<string>;
  fail(reason: string, at: number): never;
}

/** Refuses names that nothing defines, `self` outside of objects, and names that `std` lacks, before anything runs. */
export function checkNames(program: Expression, source: Source, library: readonly string[]): void {
  const check: Check = {
    library: new Set(library),
    fail(reason, at) {
      throw new JsonnetFault('syntax', reason, source, at);
    },
  };
  walk(check, program, { names: new Set(['std']), inObject: false });
}

function walk(check: Check, expression: Expression, scope: Scope): void {
  switch (expression.kind) {
    case 'literal':
      return;
    case 'variable':
      return checkVariable(check, expression, scope);
    case 'self':
    case 'dollar':
    case 'super':
    case 'in_super':
      return checkSelf(check, expression, scope);
    case 'array_for':
      return walk(check, expression.body, throughTurns(check, expression.specs, scope));
    case 'object':
      return checkObject(check, expression, scope);
    case 'index':
      if (isStandard(expression.target)) return checkStandard(check, expression.index, expression.at);
      break;
    case 'function': {
      const inner = withNames(scope, expression.params);
      for (const { preset } of expression.params) if (preset) walk(check, preset, inner);
      return walk(check, expression.body, inner);
    }
    case 'local':
      return walk(check, expression.body, withBinds(check, expression.binds, scope));
    default:
  }
  for (const part of partsOf(expression)) walk(check, part, scope);
}

/** The parts of an expression that see the same names as the expression itself. */
function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'array':
      return expression.items;
    case 'index':
      return [expression.target, expression.index];
    case 'slice':
      return [expression.target, ...expression.bounds.flatMap((bound) => bound ?? [])];
    case 'call':
      return [expression.target, ...expression.args.map(({ value }) => value)];
    case 'if':
      return [expression.condition, expression.body, ...(expression.otherwise ? [expression.otherwise] : [])];
    case 'unary':
      return [expression.value];
    case 'binary':
      return [expression.left, expression.right];
    case 'assert':
      return [...assertionParts(expression.check), expression.body];
    case 'error':
      return [expression.message];
    default:
      return [];
  }
}

const assertionParts = ({ condition, message }: Assertion): readonly Expression[] =>
  message ? [condition, message] : [condition];

const isStandard = (target: Expression): boolean => target.kind === 'variable' && target.name === 'std';

function checkVariable({ fail }: Check, { name, at }: Extract<Expression, { kind: 'variable' }>, scope: Scope): void {
  if (!scope.names.has(name)) fail(`nothing is named ${name}`, at);
  if (name === 'std') fail('std is used as std.name only', at);
}

type SelfExpression = Extract<Expression, { kind: 'self' | 'dollar' | 'super' | 'in_super' }>;

function checkSelf(check: Check, expression: SelfExpression, scope: Scope): void {
  const { kind, at } = expression;
  const word = kind === 'dollar' ? '$' : kind === 'self' ? 'self' : 'super';
  if (!scope.inObject) check.fail(`${word} stands outside of an object`, at);
  if (kind === 'super') walk(check, expression.index, scope);
  if (kind === 'in_super') walk(check, expression.key, scope);
}

function checkStandard({ library, fail }: Check, index: Expression, at: number): void {
  const name = index.kind === 'literal' ? index.value : undefined;
  if (typeof name !== 'string') fail('std is used as std.name only', at);
  else if (!library.has(name)) fail(`std.${name} is not supported; supported: ${[...library].join(', ')}`, at);
}

function checkObject(check: Check, { locals, asserts, fields, specs }: ObjectExpression, scope: Scope): void {
  const outer = specs ? throughTurns(check, specs, scope) : scope;
  const inner = withBinds(check, locals, { ...outer, inObject: true });
  for (const part of asserts.flatMap(assertionParts)) walk(check, part, inner);
  for (const field of fields) {
    walk(check, field.name, outer);
    walk(check, field.value, inner);
  }
}

/** The scope within a `local`, whose values are checked in it. */
function withBinds(check: Check, binds: readonly Bind[], scope: Scope): Scope {
  const inner = withNames(scope, binds);
  for (const { value } of binds) walk(check, value, inner);
  return inner;
}

/** The scope within a comprehension, whose parts are checked on the way. */
function throughTurns(check: Check, specs: readonly ForSpec[], scope: Scope): Scope {
  let inner = scope;
  for (const spec of specs) {
    walk(check, spec.kind === 'for' ? spec.list : spec.condition, inner);
    if (spec.kind === 'for') inner = withNames(inner, [spec]);
  }
  return inner;
}

const withNames = ({ names, inObject }: Scope, more: readonly { readonly name: string }[]): Scope => ({
  names: new Set([...names, ...more.map(({ name }) => name)]),
  inObject,
});
