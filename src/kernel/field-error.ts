import { SallyportError } from './error.ts';
import { isObject } from './json.ts';
import type { Message } from './message.ts';
import { say } from './messages.ts';

/** A field of a submit that cannot be read; on a form, the message at its node. */
export class FieldError extends SallyportError {
  readonly shown: Message;

  constructor(reason: string, shown: Message) {
    super('bad_request', reason);
    this.shown = shown;
  }
}

/** A field that has a value of another type than its own. */
export const wrongType = (reason: string, name: string, allowed: string, value: unknown): FieldError =>
  new FieldError(reason, say(4000026, { allowed_types: [allowed], actual_type: jsonType(value) }, name));

/** A field whose value cannot be taken for another reason, which the person is told. */
export const wrongValue = (reason: string, name: string): FieldError =>
  new FieldError(reason, say(4000001, { reason }, name));

/** The name that JSON Schema has for the type of a value. */
export function jsonType(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return isObject(value) ? 'object' : typeof value;
}
