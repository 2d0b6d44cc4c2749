import { JsonnetFault, type Source } from './fault.ts';
import type { Argument, Assertion, Bind, Expression, ForSpec, ObjectExpression } from './syntax.ts';

interface Scope {
  readonly names: ReadonlySet<string>;
  readonly inObject: boolean;
}

/** Refuses names that nothing defines, `self` outside of objects, and what `std` has not: all before anything runs. */
export function checkNames(program: Expression, source: Source, library: readonly string[]): void {
  const known: ReadonlySet<string> = new Set(library);
  walk(program, { names: new Set(['std']), inObject: false });

  function fail(reason: string, at: number): never {
    throw new JsonnetFault('syntax', reason, source, at);
  }

  function walk(expression: Expression, scope: Scope): void {
    const { at } = expression;
    switch (expression.kind) {
      case 'literal':
        return;
      case 'variable':
        if (!scope.names.has(expression.name)) fail(`nothing is named ${expression.name}`, at);
        if (expression.name === 'std') fail('std is used as std.name only', at);
        return;
      case 'self':
      case 'dollar':
        if (!scope.inObject) fail(`${expression.kind === 'self' ? 'self' : '$'} stands outside of an object`, at);
        return;
      case 'super':
      case 'in_super':
        if (!scope.inObject) fail('super stands outside of an object', at);
        return walk(expression.kind === 'super' ? expression.index : expression.key, scope);
      case 'array':
        return expression.items.forEach((item) => walk(item, scope));
      case 'array_for':
        return walk(expression.body, turns(expression.specs, scope));
      case 'object':
        return object(expression, scope);
      case 'index':
        if (expression.target.kind === 'variable' && expression.target.name === 'std')
          return standard(expression.index, expression.at);
        walk(expression.target, scope);
        return walk(expression.index, scope);
      case 'slice':
        walk(expression.target, scope);
        return expression.bounds.forEach((bound) => bound && walk(bound, scope));
      case 'call':
        walk(expression.target, scope);
        return expression.args.forEach(({ value }: Argument) => walk(value, scope));
      case 'function': {
        const inner = add(
          scope,
          expression.params.map(({ name }) => name),
        );
        for (const { preset } of expression.params) if (preset) walk(preset, inner);
        return walk(expression.body, inner);
      }
      case 'local':
        return walk(expression.body, bound(expression.binds, scope));
      case 'if':
        walk(expression.condition, scope);
        walk(expression.body, scope);
        return expression.otherwise && walk(expression.otherwise, scope);
      case 'unary':
        return walk(expression.value, scope);
      case 'binary':
        walk(expression.left, scope);
        return walk(expression.right, scope);
      case 'assert':
        assertion(expression.check, scope);
        return walk(expression.body, scope);
      case 'error':
        return walk(expression.message, scope);
    }
  }

  function standard(index: Expression, at: number): void {
    const name = index.kind === 'literal' ? index.value : undefined;
    if (typeof name !== 'string') fail('std is used as std.name only', at);
    else if (!known.has(name)) fail(`std.${name} is not supported; supported: ${library.join(', ')}`, at);
  }

  function object({ locals, asserts, fields, specs }: ObjectExpression, scope: Scope): void {
    const outer = specs ? turns(specs, scope) : scope;
    const inner = bound(locals, { ...outer, inObject: true });
    for (const check of asserts) assertion(check, inner);
    for (const field of fields) {
      walk(field.name, outer);
      walk(field.value, inner);
    }
  }

  function assertion({ condition, message }: Assertion, scope: Scope): void {
    walk(condition, scope);
    if (message) walk(message, scope);
  }

  function bound(binds: readonly Bind[], scope: Scope): Scope {
    const inner = add(
      scope,
      binds.map(({ name }) => name),
    );
    for (const { value } of binds) walk(value, inner);
    return inner;
  }

  function turns(specs: readonly ForSpec[], scope: Scope): Scope {
    let inner = scope;
    for (const spec of specs) {
      walk(spec.kind === 'for' ? spec.list : spec.condition, inner);
      if (spec.kind === 'for') inner = add(inner, [spec.name]);
    }
    return inner;
  }
}

const add = ({ names, inObject }: Scope, more: readonly string[]): Scope => ({
  names: new Set([...names, ...more]),
  inObject,
});
