import { type JsonObject, isObject } from '../kernel/json.ts';
import type { FlaggedType } from './derive.ts';
import { EXTENSION, readExtension } from './extension.ts';

/** Reports a problem of a schema: where, what is there, what is expected. */
export type SchemaProblem = (at: string, found: string, allowed: string) => void;

/** Reports what a schema lacks to be one of traits, and every wrong annotation in it. */
export function checkShape(document: JsonObject, problem: SchemaProblem): void {
  const properties = document['properties'];
  const traits = isObject(properties) ? properties['traits'] : undefined;
  if (!isObject(traits))
    return problem('#/properties/traits', 'is missing', 'the schema of the traits is expected there');
  if (traits['type'] !== undefined && traits['type'] !== 'object') {
    problem('#/properties/traits/type', `is ${JSON.stringify(traits['type'])}`, 'object is expected');
  }
  if (!('$ref' in traits) && (!isObject(traits['properties']) || Object.keys(traits['properties']).length === 0)) {
    problem('#/properties/traits/properties', 'names no trait', 'at least one is expected');
  }
  checkExtensions(document, '#', problem);
}

function checkExtensions(value: unknown, path: string, problem: SchemaProblem): void {
  if (Array.isArray(value)) return value.forEach((part, i) => checkExtensions(part, `${path}/${i}`, problem));
  if (!isObject(value)) return;
  if (Object.hasOwn(value, EXTENSION)) {
    readExtension(value[EXTENSION], `${path}/${EXTENSION}`, problem);
  }
  for (const [key, part] of Object.entries(value)) {
    if (key !== EXTENSION) checkExtensions(part, `${path}/${key}`, problem);
  }
}

/** The types of credential for which any property of the document is an identifier. */
export function flaggedTypes(value: unknown, found = new Set<FlaggedType>()): ReadonlySet<FlaggedType> {
  if (Array.isArray(value)) for (const part of value) flaggedTypes(part, found);
  if (!isObject(value)) return found;
  if (Object.hasOwn(value, EXTENSION)) {
    const { password, webauthn, code } = readExtension(value[EXTENSION], '', () => undefined);
    if (password) found.add('password');
    if (webauthn) found.add('webauthn');
    if (code !== undefined) found.add('code');
  }
  for (const part of Object.values(value)) flaggedTypes(part, found);
  return found;
}
