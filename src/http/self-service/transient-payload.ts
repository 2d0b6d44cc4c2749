import { bodyField, type Body } from '../../kernel/body.ts';
import { wrongType, wrongValue } from '../../kernel/field-error.ts';
import { isObject, type Json, type JsonObject } from '../../kernel/json.ts';
import { PUBLIC_BODY } from '../middleware/body.ts';
import { parseStrictJson } from '../strict-json.ts';

const NAME = 'transient_payload';
/** Bytes of its JSON; a transient payload is never stored with the flow (security MA-2). */
const LIMIT = 16 * 1_024;

/** The object that a client gives to hooks and mails of this submit; JSON text in a form; empty when absent. Throws `FieldError`. */
export function transientPayloadOf(body: Body): JsonObject {
  const value = body.kind === 'json' ? body.value[NAME] : parse(bodyField(body, NAME));
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw wrongType('transient_payload is not an object.', NAME, 'object', value);
  if (Buffer.byteLength(JSON.stringify(value)) > LIMIT)
    throw wrongValue(`transient_payload is longer than ${LIMIT} bytes.`, NAME);
  return value as JsonObject; // parsed JSON
}

/** As strict as a JSON body: duplicate keys and keys of JavaScript's prototypes are refused. */
function parse(text: string | undefined): Json | undefined {
  if (text === undefined || text === '') return undefined;
  const read = parseStrictJson(text, PUBLIC_BODY);
  if ('malformed' in read) throw wrongValue(`transient_payload: ${read.malformed}`, NAME);
  return read.value;
}
