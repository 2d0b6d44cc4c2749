import { parseBoolean } from './boolean.ts';
import type { JsonObject } from './json.ts';

/** The body of a request, checked for size, depth, duplicate and prototype keys, not for its meaning. */
export type Body =
  | { readonly kind: 'form'; readonly pairs: ReadonlyMap<string, readonly string[]> }
  | { readonly kind: 'json'; readonly value: JsonObject };

/** A field by its exact name. Undefined unless the body has it with one value, as a string. */
export function bodyField(body: Body, name: string): string | undefined {
  if (body.kind === 'json') {
    const value = Object.hasOwn(body.value, name) ? body.value[name] : undefined;
    return typeof value === 'string' ? value : undefined;
  }
  return onlyValue(body.pairs.get(name) ?? []);
}

/** The value of a field of a form: one that is sent several times with the same value has that value. */
export function onlyValue(values: readonly string[]): string | undefined {
  const [first] = values;
  return values.every((each) => each === first) ? first : undefined;
}

/** True for a button of this name that was pressed: its field is true, as a text or in JSON. */
export function pressed(body: Body, name: string): boolean {
  if (body.kind === 'json' && Object.hasOwn(body.value, name) && body.value[name] === true) return true;
  const text = bodyField(body, name);
  return text !== undefined && parseBoolean(text) === true;
}
