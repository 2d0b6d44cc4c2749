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
  | 'session.disable'
  | 'session.extend'
  | 'recovery.code.create'
  | 'recovery.link.create';

/** Logs which operator changed which fields, by name and never by value (security AD-7). */
export function audit(
  admin: AdminContext,
  ctx: Context,
  event: AdminEvent,
  object: string,
  fields: readonly string[] = [],
): void {
  admin.log.info(`admin: ${event}`, { audit: event, object, actor: ctx.ip, fields });
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
