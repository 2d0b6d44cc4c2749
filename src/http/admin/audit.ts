import type { Context } from 'koa';
import { sameJson, isObject, type JsonObject } from '../../kernel/json.ts';
import type { AdminContext } from './context.ts';

export type AdminEvent =
  | 'identity.create'
  | 'identity.replace'
  | 'identity.patch'
  | 'identity.delete'
  | 'identity.credential.delete'
  | 'identity.sessions.delete'
  | 'identity.sessions.disable'
  | 'session.delete'
  | 'session.disable'
  | 'session.extend'
  | 'recovery.code.create'
  | 'recovery.link.create';

/** Of one line. */
const MOST_FIELDS = 100;
const LONGEST_FIELD = 255;

/** Tells what an operator changed: fields by name and never by value (security AD-7). `object`: an identity, or a session. */
export function audit(
  admin: AdminContext,
  ctx: Context,
  event: AdminEvent,
  object: string,
  fields: readonly string[] = [],
): void {
  const about = event.startsWith('session.') ? { session: object } : { identity: object };
  const route = `${ctx.method} ${String(ctx['_matchedRoute'])}`;
  const named = fields.slice(0, MOST_FIELDS).map((field) => field.slice(0, LONGEST_FIELD));
  admin.events.noted('admin.write', { ...about, route, audit: event, fields: named });
}

/** Members whose changed parts are named one by one. */
const WIDE: ReadonlySet<string> = new Set(['traits', 'credentials']);
/** Members that differ after every change. */
const ALWAYS: ReadonlySet<string> = new Set(['updated_at', 'state_changed_at']);

/** The fields of an identity that differ: `state`, `traits.email`, `credentials.password`. */
export function changedFields(before: JsonObject, after: JsonObject): readonly string[] {
  const differing = (was: JsonObject, is: JsonObject): readonly string[] =>
    [...new Set([...Object.keys(was), ...Object.keys(is)])].filter((key) => !sameJson(was[key], is[key]));
  return differing(before, after)
    .filter((key) => !ALWAYS.has(key))
    .flatMap((key) => {
      if (!WIDE.has(key)) return [key];
      return differing(partsOf(before, key), partsOf(after, key)).map((part) => `${key}.${part}`);
    });
}

function partsOf(view: JsonObject, key: string): JsonObject {
  const value = view[key];
  return isObject(value) ? (value as JsonObject) : {}; // a part of JSON
}
