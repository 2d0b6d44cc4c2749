import { SallyportError } from '../../kernel/error.ts';
import { isObject, type Json, type JsonObject } from '../../kernel/json.ts';

/** The value as an object; 400 when it is none. */
export function readObject(value: Json, at: string): JsonObject {
  if (!isObject(value)) throw refuse(`${at} is not an object.`);
  return value as JsonObject; // parsed JSON
}

/** Refuses unknown members. */
export function allowMembers(value: JsonObject, known: readonly string[], at: string): void {
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined) throw refuse(`${at} has an unknown field ${JSON.stringify(unknown.slice(0, 64))}.`);
}

const refuse = (reason: string): SallyportError => new SallyportError('bad_request', reason);
