import type { Traits } from '../kernel/draft.ts';
import { isObject, type JsonObject } from '../kernel/json.ts';
import { isProblem, type IdentitySchema } from './schema.ts';

/**
 * The traits with `{}` for each object of the schema that was left out, as far as the schema takes it: the reference
 * makes them while it reads a form, and what reads traits outside is written for that.
 */
export function withEmptyObjects(schema: IdentitySchema, traits: Traits): Traits {
  const missing = objectPaths(schema).filter((path) => lacks(traits, path));
  // What is stored by an older schema is shown as it is.
  if (missing.length === 0 || isProblem(schema.derive(traits))) return traits;
  return missing.reduce((whole, path) => {
    const more = withObjectAt(whole, path);
    return more === undefined || isProblem(schema.derive(more)) ? whole : more;
  }, traits);
}

/** Paths of objects below `traits`, outer ones first. */
function objectPaths({ properties }: IdentitySchema): readonly (readonly string[])[] {
  const paths = properties.flatMap(({ path, type }) => {
    const objects = type === 'object' ? path : path.slice(0, -1);
    return objects.slice(1).map((_name, i) => objects.slice(1, i + 2));
  });
  return [...new Map(paths.map((path) => [JSON.stringify(path), path])).values()].toSorted(
    (a, b) => a.length - b.length,
  );
}

function lacks(traits: Traits, path: readonly string[]): boolean {
  let value: unknown = traits;
  for (const name of path) {
    if (!isObject(value)) return false;
    if (!Object.hasOwn(value, name)) return true;
    value = value[name];
  }
  return false;
}

/** Undefined where what the object would stand in is no object. */
function withObjectAt(value: JsonObject, [name, ...below]: readonly string[]): JsonObject | undefined {
  if (name === undefined) return value;
  const inner = Object.hasOwn(value, name) ? value[name] : undefined;
  if (inner === undefined) return below.length === 0 ? { ...value, [name]: {} } : undefined;
  if (!isObject(inner)) return undefined;
  // A part of JSON is JSON.
  const made = withObjectAt(inner as JsonObject, below);
  return made && { ...value, [name]: made };
}
