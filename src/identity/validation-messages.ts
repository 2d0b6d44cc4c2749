import type { ErrorObject } from 'ajv';

import type { Json, JsonObject } from '../kernel/json.ts';
import { jsonType } from '../kernel/field-error.ts';
import type { Message } from '../kernel/message.ts';
import { say } from '../kernel/messages.ts';

/** Keywords whose error says only that a branch failed; the error of the branch says why. */
const UMBRELLAS = new Set(['if', 'anyOf', 'oneOf']);

/** The errors of a JSON schema as messages on the nodes they are about. */
export function validationMessages(errors: readonly ErrorObject[]): readonly Message[] {
  const causes = errors.filter(({ keyword }) => !UMBRELLAS.has(keyword));
  const told = new Map<string, Message>();
  for (const error of causes.length > 0 ? causes : errors) {
    const message = translate(error);
    told.set(`${message.at} ${message.id} ${JSON.stringify(message.context)}`, message);
  }
  return [...told.values()];
}

function translate(error: ErrorObject): Message {
  const at = nodeOf(error.instancePath);
  const params: Readonly<Record<string, unknown>> = error.params;
  const limit = number(params['limit']);
  const actual = number(error.data);
  const length = typeof error.data === 'string' ? [...error.data].length : 0;
  const items = Array.isArray(error.data) ? error.data.length : 0;
  switch (error.keyword) {
    case 'required': {
      const missing = String(params['missingProperty']);
      return say(4000002, { property: missing }, at === '' ? missing : `${at}.${missing}`);
    }
    case 'minLength':
      return say(4000003, { min_length: limit, actual_length: length }, at);
    case 'maxLength':
      return say(4000017, { max_length: limit, actual_length: length }, at);
    case 'pattern':
      return say(4000004, { pattern: String(params['pattern']) }, at);
    case 'minimum':
      return say(4000018, { minimum: limit, actual }, at);
    case 'exclusiveMinimum':
      return say(4000019, { minimum: limit, actual }, at);
    case 'maximum':
      return say(4000020, { maximum: limit, actual }, at);
    case 'exclusiveMaximum':
      return say(4000021, { maximum: limit, actual }, at);
    case 'multipleOf':
      return say(4000022, { base: number(params['multipleOf']), actual }, at);
    case 'maxItems':
      return say(4000023, { max_items: limit, actual_items: items }, at);
    case 'minItems':
      return say(4000024, { min_items: limit, actual_items: items }, at);
    case 'uniqueItems':
      return say(4000025, { index_a: number(params['j']), index_b: number(params['i']) }, at);
    case 'type':
      return say(
        4000026,
        { allowed_types: [params['type']].flat().map(String), actual_type: jsonType(error.data) },
        at,
      );
    case 'const':
      return constant(params['allowedValue'], at);
    case 'format':
      return badFormat(String(params['format']), error.data, at);
    default:
      return say(4000001, { reason: reasonOf(error) }, at);
  }
}

function constant(value: unknown, at: string): Message {
  const known = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return known ? say(4000029, { expected: String(value) }, at) : say(4000030, undefined, at);
}

function badFormat(format: string, data: unknown, at: string): Message {
  const context: JsonObject = { value: String(data) };
  if (format === 'email' || format === 'email_loose') return say(4000040, context, at);
  if (format === 'tel') return say(4000041, context, at);
  return say(4000001, { reason: `This is not a valid ${format}.` }, at);
}

function reasonOf({ keyword, params, message }: ErrorObject): string {
  const named: Readonly<Record<string, unknown>> = params;
  if (keyword === 'additionalProperties') return `There is no field “${short(named['additionalProperty'])}”.`;
  if (keyword === 'enum') return `This must be one of: ${short([named['allowedValues']].flat().join(', '))}.`;
  return `This ${message ?? 'is not allowed'}.`;
}

/** The form node of a JSON pointer. The items of a list share the node of the list. */
function nodeOf(pointer: string): string {
  const parts = pointer.split('/').slice(1);
  const item = parts.findIndex((part, i) => i > 1 && /^\d+$/.test(part));
  return (item < 0 ? parts : parts.slice(0, item))
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .join('.');
}

function number(value: unknown): Json {
  return typeof value === 'number' ? value : null;
}

function short(value: unknown): string {
  return String(value).slice(0, 200);
}
