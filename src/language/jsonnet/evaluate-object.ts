import type { Evaluation, Scope } from './evaluation.ts';
import { bindNames, eachTurn } from './scopes.ts';
import type { Assertion, Bind, Field, ObjectExpression } from './syntax.ts';
import { hasField, later, objectWith, type Layer, type LayerField, type ObjectValue, type Value } from './value.ts';

export function evaluateObject(
  run: Evaluation,
  { locals, asserts, fields, specs }: ObjectExpression,
  scope: Scope,
): ObjectValue {
  const made = new Map<string, LayerField>();
  const define = (field: Field, outer: Scope): void => {
    const name = run.evaluate(field.name, outer);
    if (name === null) return;
    const key = run.textOf(name, 'the name of a field', field.at);
    if (made.has(key)) run.fail(`the field ${JSON.stringify(key)} is defined twice`, field.at);
    run.meter.spend(1, field.at);
    made.set(key, layerField(run, field, key, locals, outer));
  };
  if (specs) eachTurn(run, specs, scope, (inner) => fields.forEach((field) => define(field, inner)));
  else fields.forEach((field) => define(field, scope));
  const check: Layer['check'] = (self, layer) => {
    const inner = inside(run, locals, scope, self, layer);
    for (const each of asserts) checkAssertion(run, each, inner);
  };
  return objectWith([{ fields: made, asserts, check }]);
}

function layerField(
  run: Evaluation,
  { plus, visibility, value, at }: Field,
  key: string,
  locals: readonly Bind[],
  scope: Scope,
): LayerField {
  return {
    plus,
    visibility,
    make(self, layer) {
      const own = run.evaluate(value, inside(run, locals, scope, self, layer));
      const lower = plus ? fieldBelow(run, { self, layer }, key, at) : undefined;
      return lower === undefined ? own : run.add(lower, own, at);
    },
  };
}

/** The scope of an object's code, once it is known which object the code has become a part of. */
function inside(run: Evaluation, locals: readonly Bind[], scope: Scope, self: ObjectValue, layer: number): Scope {
  return bindNames(run, locals, { ...scope, self, layer, dollar: scope.dollar ?? self });
}

/** The field that `super` has. */
export function fieldBelow(
  run: Pick<Evaluation, 'meter'>,
  { self, layer }: Pick<Scope, 'self' | 'layer'>,
  name: string,
  at: number,
): Value | undefined {
  return self && fieldIn(run, self, name, layer, at);
}

/** The field of the topmost of the first `layers` layers that has it. */
function fieldIn(
  { meter }: Pick<Evaluation, 'meter'>,
  self: ObjectValue,
  name: string,
  layers: number,
  at: number,
): Value | undefined {
  meter.spend(1, at);
  for (let i = layers - 1; i >= 0; i--) {
    const found = self.layers[i]?.fields.get(name);
    if (found) return found.make(self, i);
  }
  return undefined;
}

/** A field of an object, computed once; undefined: there is no such field. */
export function fieldOf(
  run: Pick<Evaluation, 'meter' | 'force' | 'checkAsserts'>,
  self: ObjectValue,
  name: string,
  at: number,
): Value | undefined {
  let thunk = self.fields.get(name);
  if (thunk === undefined) {
    run.meter.spend(self.layers.length, at);
    if (!hasField(self, name)) return undefined;
    run.checkAsserts(self);
    thunk = later(() => fieldIn(run, self, name, self.layers.length, at) ?? null);
    self.fields.set(name, thunk);
  }
  return run.force(thunk);
}

export function checkAsserts(self: ObjectValue): void {
  if (self.asserted) return;
  self.asserted = true; // before the checks, which read fields of the same object
  self.layers.forEach((layer, i) => layer.check(self, i));
}

export function checkAssertion(run: Evaluation, { condition, message, at }: Assertion, scope: Scope): void {
  if (run.truth(run.evaluate(condition, scope), 'an assertion', at)) return;
  run.raise(message ? run.text(run.evaluate(message, scope), at) : 'an assertion does not hold', at);
}
