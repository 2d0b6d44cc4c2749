import type { JsonObject } from './json.ts';

/** The body of a request, checked for size, depth, duplicate and prototype keys, not for its meaning. */
export type Body =
  | { readonly kind: 'form'; readonly pairs: ReadonlyMap<string, readonly string[]> }
  | { readonly kind: 'json'; readonly value: JsonObject };

/** A field by its exact name. Undefined unless the body has it once, as a string. */
export function bodyField(body: Body, name: string): string | undefined {
  if (body.kind === 'json') {
    const value = Object.hasOwn(body.value, name) ? body.value[name] : undefined;
    return typeof value === 'string' ? value : undefined;
  }
  const values = body.pairs.get(name) ?? [];
  return values.length === 1 ? values[0] : undefined;
}
