import { bodyField, type Body } from '../kernel/body.ts';
import { SallyportError } from '../kernel/error.ts';
import { isObject, type JsonObject } from '../kernel/json.ts';

/** Bytes of JSON; it lives as long as the submit (security MA-2). */
const LIMIT = 16 * 1_024;

/** What a client hands to hooks and mails of this very submit: an object, in a form as JSON text; absent: empty. */
export function transientPayloadOf(body: Body): JsonObject {
  const value = body.kind === 'json' ? body.value['transient_payload'] : parse(bodyField(body, 'transient_payload'));
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw new SallyportError('bad_request', 'transient_payload is not an object.');
  if (JSON.stringify(value).length > LIMIT)
    throw new SallyportError('bad_request', `transient_payload is longer than ${LIMIT} bytes.`);
  return value as JsonObject; // parsed JSON
}

function parse(text: string | undefined): unknown {
  if (text === undefined || text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new SallyportError('bad_request', 'transient_payload is not JSON.');
  }
}
