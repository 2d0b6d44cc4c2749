import { SallyportError } from '../../../kernel/error.ts';
import { isObject, type Json, type JsonObject } from '../../../kernel/json.ts';

/** Never through here: ids, and credentials that are not passwords (sessions-and-admin.md 13). */
const DENIED = [
  /^\/id$/i,
  /^\/statechangedat$/i,
  /^\/state_changed_at$/i,
  /^\/credentials$/i,
  /^\/credentials\/(?:oidc|saml)(?:\/|$)/i,
];
const OPERATIONS: ReadonlySet<unknown> = new Set(['add', 'remove', 'replace']);

/** RFC 6902 as the wire takes it: add, remove, replace; `replace` may create, parents are made. A new object. */
export function applyPatch(document: JsonObject, operations: Json): JsonObject {
  if (!Array.isArray(operations)) throw refuse('A patch is a list of operations.');
  const patched = structuredClone(document) as Record<string, Json>;
  for (const operation of operations) {
    if (!isObject(operation) || !OPERATIONS.has(operation['op']) || typeof operation['path'] !== 'string') {
      throw refuse('An operation has op (add, remove or replace) and path.');
    }
    const { op, path } = operation;
    if (DENIED.some((each) => each.test(path))) throw refuse(`The path ${path} cannot be patched.`);
    if (!path.startsWith('/')) throw refuse(`The path ${path} does not begin with a slash.`);
    const keys = path
      .slice(1)
      .split('/')
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
    if (keys.some((key) => key === '__proto__' || key === 'constructor' || key === 'prototype'))
      throw refuse(`The path ${path} cannot be patched.`);
    if (op !== 'remove' && !('value' in operation)) throw refuse('The operation has no value.');
    change(patched, keys, op === 'remove' ? undefined : { value: operation['value'] as Json }, path, op === 'add'); // parsed JSON
  }
  return patched;
}

function change(
  root: Record<string, Json>,
  keys: readonly string[],
  put: { readonly value: Json } | undefined,
  path: string,
  insert: boolean,
): void {
  let at: unknown = root;
  for (const key of keys.slice(0, -1)) {
    if (isObject(at) && (at[key] === undefined || at[key] === null) && put !== undefined) at[key] = {};
    at = isObject(at) || Array.isArray(at) ? (at as Record<string, unknown>)[key] : undefined;
  }
  const last = keys.at(-1) ?? '';
  if (Array.isArray(at)) {
    const i = last === '-' ? at.length : Number(last);
    if (!Number.isInteger(i) || i < 0 || i > at.length || (i === at.length && !(insert && put !== undefined)))
      throw refuse(`The path ${path} leads to no element.`);
    if (put === undefined) at.splice(i, 1);
    else at.splice(i, insert ? 0 : 1, put.value);
    return;
  }
  if (!isObject(at)) throw refuse(`The path ${path} leads nowhere.`);
  if (put !== undefined) at[last] = put.value;
  else if (Object.hasOwn(at, last)) delete at[last];
  else throw refuse(`The path ${path} leads nowhere.`);
}

const refuse = (reason: string): SallyportError => new SallyportError('bad_request', reason);
