import type { Evaluation, Scope } from './evaluation.ts';
import type { Bind, ForSpec } from './syntax.ts';
import { isKind, later, typeOf, type Thunk } from './value.ts';

export const ROOT: Scope = { names: new Map(), outer: undefined, self: undefined, layer: 0, dollar: undefined };

export function lookUp(run: Evaluation, name: string, scope: Scope, at: number): Thunk {
  for (let each: Scope | undefined = scope; each; each = each.outer) {
    const found = each.names.get(name);
    if (found) return found;
  }
  return run.fail(`nothing is named ${name}`, at);
}

/** A scope with the names of a `local`, each of which sees all of them. */
export function bindNames(run: Evaluation, binds: readonly Bind[], scope: Scope): Scope {
  const names = new Map<string, Thunk>();
  const inner = { ...scope, names, outer: scope };
  for (const { name, value } of binds)
    names.set(
      name,
      later(() => run.evaluate(value, inner)),
    );
  return inner;
}

/** Calls `each` with the scope of each turn of a comprehension. */
export function eachTurn(run: Evaluation, specs: readonly ForSpec[], scope: Scope, each: (inner: Scope) => void): void {
  const [spec, ...rest] = specs;
  if (spec === undefined) return each(scope);
  run.meter.spend(1, spec.at);
  if (spec.kind === 'if') {
    if (run.truth(run.evaluate(spec.condition, scope), 'a condition', spec.at)) eachTurn(run, rest, scope, each);
    return;
  }
  const list = run.evaluate(spec.list, scope);
  if (!isKind(list, 'array')) return run.fail(`for goes through an array, this is ${typeOf(list)}`, spec.at);
  for (const item of list.items) {
    run.meter.spend(4, spec.at); // a scope each, all of them kept
    eachTurn(run, rest, { ...scope, names: new Map([[spec.name, item]]), outer: scope }, each);
  }
}
