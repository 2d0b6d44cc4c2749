import { SallyportError } from '../kernel/error.ts';
import { wrongType } from '../kernel/field-error.ts';
import { onlyValue } from '../kernel/body.ts';
import { type Json, type JsonObject, isObject } from '../kernel/json.ts';
import type { Body, Values } from './strategy.ts';
import { parseBoolean } from '../kernel/boolean.ts';

export type FieldType = 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object';

/** Something a method reads from a body; a trait property is one. */
export interface Field {
  /** `identifier`, `traits.person.given` */
  readonly name: string;
  readonly type: FieldType;
  /** Of an array of scalars. */
  readonly items?: FieldType | undefined;
  readonly required?: boolean;
}

const MAX_DEPTH = 32;
const MAX_NAME_BYTES = 256;
const MAX_PARTS = 8;
const MAX_VALUES_BYTES = 16_384;
const UNUSABLE = new Set(['__proto__', 'constructor', 'prototype']);
/** Which of them may be sent twice only the schema knows; a method that reads none of them does not ask. */
const TRAITS = 'traits.';

/**
 * The fields of a body as one object, nested by the dots of their names: what a form writes as text
 * becomes the type of its field, or stays text for the schema to object to; unknown fields are dropped. A JSON object
 * under the first part of a name is taken as it is. Throws `bad_request` for what no honest client sends.
 */
export function decode(body: Body, fields: readonly Field[]): JsonObject {
  const decoded: Record<string, Json> = {};
  const sent = body.kind === 'form' ? fromForm(body.pairs, fields) : fromJson(body.value);
  refuseOverlaps([...sent.keys()]);
  const roots = new Set(fields.map(({ name }) => name.split('.')[0] ?? name));
  for (const root of roots) {
    const value = sent.get(root);
    // Taken over as it is: neither turned into types nor freed of empty texts. What is neither an object nor a text is
    // refused by its reader.
    const whole = objectOf(value) ?? (typeof value === 'string' ? undefined : value);
    if (whole !== undefined && whole !== null && !fields.some(({ name }) => name === root)) decoded[root] = whole;
  }
  for (const field of fields) {
    const value = sent.get(field.name);
    if (value === undefined || value === null) continue;
    const typed = coerce(value, field);
    if (typed !== undefined) put(decoded, field.name.split('.'), typed);
  }
  return decoded;
}

/** A text of the decoded body; undefined when it is not there, a `FieldError` when it is no text (security IN-4). */
export function textOf(decoded: JsonObject, name: string): string | undefined {
  const value = Object.hasOwn(decoded, name) ? decoded[name] : undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw wrongType(`The field ${name} is not a text.`, name, 'string', value);
}

/** What is only compared with what is known, as the reference reads it: what is no text is taken as its JSON. */
export function comparedText(decoded: JsonObject, name: string): string | undefined {
  const value = Object.hasOwn(decoded, name) ? decoded[name] : undefined;
  return value === undefined || typeof value === 'string' ? value : JSON.stringify(value);
}

/** An object of the decoded body, empty when it is not there. */
export function objectIn(decoded: JsonObject, name: string): JsonObject {
  const value = Object.hasOwn(decoded, name) ? decoded[name] : undefined;
  if (value === undefined) return {};
  if (isObject(value)) return value as JsonObject; // JSON by construction
  throw wrongType(`The field ${name} is not an object.`, name, 'object', value);
}

/** True when a field of that name was sent, whatever is in it. */
export function sends(body: Body, name: string): boolean {
  return body.kind === 'form' ? body.pairs.has(name) : Object.hasOwn(body.value, name);
}

/** What was typed, by node name, so that the page can show it again; what is too much to keep is left out. */
export function typedTraits(
  properties: readonly { readonly name: string; readonly path: readonly string[] }[],
  traits: JsonObject,
): Values {
  const values: Record<string, Json> = {};
  let room = MAX_VALUES_BYTES;
  for (const { name, path } of properties) {
    const value = valueAt(traits, path.slice(1));
    if (value === undefined || value === null) continue;
    room -= Buffer.byteLength(JSON.stringify(value)) + name.length;
    if (room < 0) break;
    values[name] = value;
  }
  return values;
}

function valueAt(traits: JsonObject, path: readonly string[]): Json | undefined {
  let at: Json | undefined = traits;
  for (const part of path) {
    if (!isObject(at) || !Object.hasOwn(at, part)) return undefined;
    at = (at as JsonObject)[part];
  }
  return at;
}

function fromForm(pairs: ReadonlyMap<string, readonly string[]>, fields: readonly Field[]): Map<string, Json> {
  const byName = new Map(fields.map((field) => [field.name, field]));
  const readsTraits = fields.some(({ name }) => name.startsWith(TRAITS));
  const sent = new Map<string, Json>();
  for (const [name, values] of pairs) {
    checkName(name);
    values.forEach(checkText);
    const field = byName.get(name);
    const last = values.at(-1);
    if (last === undefined) continue;
    if (field?.type === 'array' && field.items !== undefined) sent.set(name, values);
    else if (field?.type === 'boolean' || onlyValue(values) !== undefined) sent.set(name, last);
    else if (readsTraits || !name.startsWith(TRAITS)) throw refuse(`The field ${name} was sent more than once.`);
  }
  return sent;
}

function fromJson(value: JsonObject): Map<string, Json> {
  const sent = new Map<string, Json>();
  for (const [name, part] of Object.entries(value)) {
    checkName(name);
    checkJson(part, 1);
    sent.set(name, part);
  }
  return sent;
}

function checkName(name: string): void {
  checkText(name);
  const parts = name.split('.');
  if (
    Buffer.byteLength(name) > MAX_NAME_BYTES ||
    parts.length > MAX_PARTS ||
    parts.some((part) => UNUSABLE.has(part))
  ) {
    throw refuse('A field has a name that cannot be used.');
  }
}

function checkText(text: string): void {
  if (text.includes('\0') || !text.isWellFormed()) throw refuse('A field holds characters that are no text.');
}

function checkJson(value: Json, depth: number): void {
  if (typeof value === 'string') return checkText(value);
  if (typeof value !== 'object' || value === null) return;
  if (depth > MAX_DEPTH) throw refuse('A field is nested too deeply.');
  if (Array.isArray(value)) return value.forEach((part) => checkJson(part, depth + 1));
  for (const [key, part] of Object.entries(value)) {
    checkText(key);
    if (UNUSABLE.has(key)) throw refuse('A field has a name that cannot be used.');
    checkJson(part, depth + 1);
  }
}

/** `a` and `a.b` together: nobody can say which one counts (security IN-3). */
function refuseOverlaps(names: readonly string[]): void {
  const all = new Set(names);
  for (const name of names) {
    for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
      if (all.has(name.slice(0, dot)))
        throw refuse(`The fields ${name.slice(0, dot)} and ${name} cannot be sent together.`);
    }
  }
}

/** Undefined: as if it had not been sent. */
function coerce(value: Json, field: Field): Json | undefined {
  switch (field.type) {
    case 'string':
      return value === '' ? undefined : value;
    case 'boolean':
      return booleanOf(value, field);
    case 'number':
    case 'integer':
      return numberOf(value, field);
    case 'array':
      return arrayOf(value, field);
    case 'object':
      return value === '' ? undefined : (objectOf(value) ?? value);
  }
}

function booleanOf(value: Json, { required }: Field): Json | undefined {
  if (value === '') return required === true ? false : undefined;
  return typeof value === 'string' ? (parseBoolean(value) ?? value) : value;
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const INTEGER = /^[+-]?\d+$/;

function numberOf(value: Json, { type, required }: Field): Json | undefined {
  if (value === '') return required === true ? 0 : undefined;
  if (typeof value !== 'string' || !(type === 'integer' ? INTEGER : NUMBER).test(value)) return value;
  const number = Number(value);
  // What cannot be told exactly stays text, and the schema objects.
  return Number.isFinite(number) && (type === 'number' || Number.isSafeInteger(number)) ? number : value;
}

function arrayOf(value: Json, { items }: Field): Json | undefined {
  if (!Array.isArray(value)) return value === '' ? undefined : value;
  if (items === undefined) return value;
  const parts = value.map((part) => coerce(part, { name: '', type: items }));
  return parts.filter((part) => part !== undefined);
}

/** An object, also written as JSON text: the only way a form can send one. */
function objectOf(value: Json | undefined): JsonObject | undefined {
  if (isObject(value)) return value as JsonObject; // JSON by construction
  if (typeof value !== 'string' || !value.trimStart().startsWith('{')) return undefined;
  try {
    const parsed: unknown = JSON.parse(value);
    if (!isObject(parsed)) return undefined;
    const object = parsed as JsonObject; // parsed from JSON
    checkJson(object, 1);
    return object;
  } catch (error) {
    if (error instanceof SallyportError) throw error;
    return undefined;
  }
}

function put(into: Record<string, Json>, path: readonly string[], value: Json): void {
  const [first, ...rest] = path;
  if (first === undefined) return;
  if (rest.length === 0) {
    into[first] = value;
    return;
  }
  const inner = into[first];
  const next: Record<string, Json> = isObject(inner) ? (inner as Record<string, Json>) : {}; // made by this function
  into[first] = next;
  put(next, rest, value);
}

function refuse(reason: string): SallyportError {
  return new SallyportError('bad_request', reason);
}
