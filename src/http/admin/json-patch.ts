import { SallyportError } from '../../kernel/error.ts';
import { isObject, type Json, type JsonObject } from '../../kernel/json.ts';

/** Paths that a patch cannot change: ids, and credentials that providers vouch for. Compared in lower case. */
const DENIED: readonly RegExp[] = [
  /^\/id$/,
  /^\/statechangedat$/,
  /^\/credentials$/,
  /^\/credentials\/(?:oidc|saml)(?:\/|$)/,
];
/** Members that can be patched; the others are derived from them or are the server's own. */
const TAKEN: ReadonlySet<string> = new Set([
  'traits',
  'metadata_public',
  'metadata_admin',
  'state',
  'schema_id',
  'external_id',
  'verifiable_addresses',
  'credentials',
]);
/** Members of the whole view that follow from others or are the server's own: a patch that writes them changes nothing. */
const IGNORED: ReadonlySet<string> = new Set([
  'schema_url',
  'created_at',
  'updated_at',
  'state_changed_at',
  'organization_id',
]);
const UNSAFE: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
const MAX_DEPTH = 32;

interface Operation {
  readonly op: 'add' | 'remove' | 'replace';
  readonly path: string;
  readonly keys: readonly [string, ...string[]];
  readonly value: Json;
}

/**
 * RFC 6902 as the reference applies it: add, remove, replace; `replace` and missing parents create members. A new
 * object.
 */
export function applyPatch(document: JsonObject, operations: Json): JsonObject {
  if (!Array.isArray(operations)) throw refuse('A patch is a list of operations.');
  return operations
    .map(parseOperation)
    .reduce((patched, operation) => patchObject(patched, operation, operation.keys), document);
}

function parseOperation(input: unknown): Operation {
  if (!isObject(input) || typeof input['path'] !== 'string') throw refuse('An operation has op and path.');
  const { op, path } = input;
  if (op !== 'add' && op !== 'remove' && op !== 'replace') throw refuse('op is add, remove or replace.');
  if (op !== 'remove' && !Object.hasOwn(input, 'value')) throw refuse('An operation that writes has a value.');
  const shown = JSON.stringify(path.slice(0, 200));
  if (DENIED.some((each) => each.test(path.toLowerCase()))) throw refuse(`The path ${shown} cannot be patched.`);
  const [first, ...keys] = path.split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const [member, ...more] = keys;
  if (first !== '' || member === undefined) throw refuse(`The path ${shown} does not begin with a slash.`);
  if (!(TAKEN.has(member) || IGNORED.has(member)) || keys.some((key) => UNSAFE.has(key)))
    throw refuse(`The path ${shown} cannot be patched.`);
  if (keys.length > MAX_DEPTH) throw refuse(`The path has more than ${MAX_DEPTH} parts.`);
  return { op, path: shown, keys: [member, ...more], value: (input['value'] ?? null) as Json }; // parsed JSON
}

type Keys = readonly [string, ...string[]];

function patchObject(at: JsonObject, operation: Operation, [key, ...more]: Keys): JsonObject {
  const there = Object.hasOwn(at, key);
  const [next, ...rest] = more;
  if (next !== undefined) return { ...at, [key]: patchValue(there ? at[key] : undefined, operation, [next, ...rest]) };
  if (operation.op !== 'remove') return { ...at, [key]: operation.value };
  if (!there) throw nowhere(operation);
  return Object.fromEntries(Object.entries(at).filter(([name]) => name !== key));
}

function patchValue(at: Json | undefined, operation: Operation, keys: Keys): Json {
  if (Array.isArray(at)) return patchList(at, operation, keys);
  if (isObject(at)) return patchObject(at as JsonObject, operation, keys); // a part of parsed JSON
  // A missing parent is created, a list where something is put at its end; metadata that is not set is null.
  if ((at === undefined || at === null) && operation.op !== 'remove')
    return keys[0] === '-' ? patchList([], operation, keys) : patchObject({}, operation, keys);
  throw nowhere(operation);
}

function patchList(at: readonly Json[], operation: Operation, [key, ...more]: Keys): Json {
  const { op, value } = operation;
  const [next, ...rest] = more;
  const end = op === 'add' && next === undefined ? at.length : at.length - 1;
  const index = key === '-' && op === 'add' ? at.length : parseIndex(key);
  if (index === undefined || index > end) throw nowhere(operation);
  if (next !== undefined) return at.with(index, patchValue(at[index], operation, [next, ...rest]));
  if (op === 'replace') return at.with(index, value);
  return op === 'add' ? at.toSpliced(index, 0, value) : at.toSpliced(index, 1);
}

const parseIndex = (key: string): number | undefined => (/^(?:0|[1-9]\d{0,8})$/.test(key) ? Number(key) : undefined);

const nowhere = ({ path }: Operation): SallyportError => refuse(`The path ${path} leads nowhere.`);
const refuse = (reason: string): SallyportError => new SallyportError('bad_request', reason);
