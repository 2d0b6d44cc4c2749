import type { CredentialWire } from '../../identity/credential-wire.ts';
import type { CredentialType, Credential } from '../../identity/identity.ts';
import { SallyportError } from '../../kernel/error.ts';
import type { Identifier } from '../../kernel/id.ts';
import { isObject, type Json, type JsonObject } from '../../kernel/json.ts';
import { storedKeys } from './stored-key.ts';

/** Bytes of a credential id and of a user handle (Web Authentication Level 3, sections 4 and 5.4.3). */
const LONGEST_ID = 1_023;
const LONGEST_HANDLE = 64;
/** A COSE key of RSA with 4,096 bits has some 530. */
const LONGEST_KEY = 2_048;

interface Kind {
  readonly type: CredentialType;
  /** Keys are found by the handle that their authenticator tells: it is an identifier, and neither may be missing. */
  readonly byHandle: boolean;
}

/**
 * Imported keys, `credentials[]` and `user_handle` as the wire shows them: a key with the id of a stored one takes its place,
 * and an empty handle keeps the one that is stored.
 */
export const keysWire = ({ type, byHandle }: Kind): CredentialWire => ({
  type,
  members: ['credentials', 'user_handle'],
  read(given) {
    const at = `credentials.${type}.config`;
    const handle = handleIn(given['user_handle'], `${at}.user_handle`, byHandle);
    const keys = keysIn(given['credentials'], `${at}.credentials`);
    if (byHandle && (handle === undefined || keys.length === 0))
      throw refuse(`${at} needs a user_handle and at least one entry of credentials.`);
    return ({ before }) => ({
      config: {
        ...before?.config,
        credentials: merged(before, keys),
        ...(handle !== undefined && { user_handle: handle.toString('base64') }),
      },
      ...(byHandle && handle !== undefined && { identifiers: withHandle(before, handle) }),
    });
  },
});

function merged(before: Credential | undefined, keys: readonly JsonObject[]): readonly Json[] {
  const ids = new Set(keys.map(({ id }) => id));
  const kept = before === undefined ? [] : storedKeys(before).filter(({ id }) => !ids.has(id.toString('base64')));
  return [...kept.map(({ stored }) => stored), ...keys];
}

const withHandle = (before: Credential | undefined, handle: Buffer): readonly Identifier[] => [
  ...new Set([...(before?.identifiers ?? []), handle.toString('utf8') as Identifier]), // as authenticators tell it
];

/** `asText`: it is an identifier as well, and those are texts. */
function handleIn(value: Json | undefined, at: string, asText: boolean): Buffer | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const handle = bytesOf(value, at, LONGEST_HANDLE);
  if (!asText || Buffer.from(handle.toString('utf8')).equals(handle)) return handle;
  throw refuse(`${at} is no text in UTF-8, as handles of this API are.`);
}

function keysIn(value: Json | undefined, at: string): readonly JsonObject[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw refuse(`${at} is not a list.`);
  const keys = (value as readonly Json[]).map((each, i) => keyIn(each, `${at}[${i}]`));
  if (new Set(keys.map(({ id }) => id)).size < keys.length) throw refuse(`${at} has a key twice.`);
  return keys;
}

function keyIn(value: Json, at: string): JsonObject {
  if (!isObject(value)) throw refuse(`${at} is not an object.`);
  const key = value as JsonObject; // JSON of a request
  const id = bytesOf(key['id'], `${at}.id`, LONGEST_ID);
  const publicKey = bytesOf(key['public_key'], `${at}.public_key`, LONGEST_KEY);
  if (key['is_passwordless'] !== undefined && typeof key['is_passwordless'] !== 'boolean')
    throw refuse(`${at}.is_passwordless is neither true nor false.`);
  const authenticator = isObject(key['authenticator']) ? (key['authenticator'] as JsonObject) : {}; // JSON, too
  return {
    ...key,
    id: id.toString('base64'),
    public_key: publicKey.toString('base64'),
    attestation_type: typeof key['attestation_type'] === 'string' ? key['attestation_type'] : 'none',
    authenticator: {
      ...authenticator,
      sign_count: countIn(authenticator['sign_count'], `${at}.authenticator.sign_count`),
    },
    display_name: typeof key['display_name'] === 'string' ? key['display_name'] : '',
    added_at: timeIn(key['added_at'], `${at}.added_at`),
    is_passwordless: key['is_passwordless'] === true,
  };
}

function countIn(value: Json | undefined, at: string): number {
  if (value === undefined || value === null) return 0;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value < 2 ** 32) return value;
  throw refuse(`${at} is not a counter of 32 bits.`);
}

function timeIn(value: Json | undefined, at: string): string {
  if (value === undefined || value === null) return new Date(0).toISOString();
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time)) throw refuse(`${at} is not a time.`);
  return new Date(time).toISOString();
}

/** Bytes in base64, as this API writes them. */
function bytesOf(value: Json | undefined, at: string, most: number): Buffer {
  const bytes =
    typeof value === 'string' && /^[\w+/-]+={0,2}$/.test(value) ? Buffer.from(value, 'base64') : Buffer.alloc(0);
  if (bytes.length > 0 && bytes.length <= most) return bytes;
  throw refuse(`${at} is not 1 to ${most} bytes in base64.`);
}

const refuse = (reason: string): SallyportError => new SallyportError('bad_request', reason);
