import { bytesIn } from '../../identity/authenticators.ts';
import type { Credential } from '../../identity/identity.ts';
import { isObject, type Json, type JsonObject } from '../../kernel/json.ts';

/** The flags that a key showed when it was made. */
export interface KeyFlags {
  readonly user_present: boolean;
  readonly user_verified: boolean;
  readonly backup_eligible: boolean;
  readonly backup_state: boolean;
}

/** A key of a credential. */
export interface StoredKey {
  readonly id: Buffer;
  /** A COSE_Key. */
  readonly publicKey: Buffer;
  readonly signCount: number;
  readonly displayName: string;
  /** RFC 3339. */
  readonly addedAt: string;
  /** RFC 3339; empty for a key that was not used since this server keeps it. */
  readonly lastUsedAt: string;
  /** It was made to sign its person in alone. */
  readonly passwordless: boolean;
  /** Undefined: stored by a version that did not keep them; the first answer says them. */
  readonly flags: KeyFlags | undefined;
  readonly transports: readonly string[];
  /** As it is stored, with the members that are of no use here. */
  readonly stored: JsonObject;
}

/** The keys of a credential of `webauthn` or `passkey`; what cannot be read as a key is left out. */
export function storedKeys({ config }: Pick<Credential, 'config'>): readonly StoredKey[] {
  const { credentials } = config;
  if (!Array.isArray(credentials)) return [];
  return (credentials as readonly Json[]).flatMap((each) => readKey(each) ?? []);
}

/** Keys of a credential. Each is named to the browser whenever one is made, and most are when one is asked for. */
const MOST_KEYS = 50;

/** True for a credential that takes no further key. */
export const isFull = (credential: Credential | undefined): boolean =>
  credential !== undefined && storedKeys(credential).length >= MOST_KEYS;

/** The name by which a credential's authenticator finds its person; undefined where none is stored. */
export const storedHandle = ({ config }: Pick<Credential, 'config'>): Buffer | undefined =>
  bytesIn(config['user_handle']);

/** The configuration of a credential with these keys. */
export const keysConfig = (keys: readonly JsonObject[], handle: Buffer): JsonObject => ({
  credentials: keys,
  user_handle: handle.toString('base64'),
});

/** The id as forms have it, in the field that removes the key. */
export const hexId = ({ id }: Pick<StoredKey, 'id'>): string => id.toString('hex');

/** What a form says of a key. */
export const keyContext = ({ displayName, addedAt, lastUsedAt }: StoredKey): JsonObject => ({
  added_at: addedAt,
  added_at_unix: Math.floor(Date.parse(addedAt) / 1_000),
  display_name: displayName === '' ? 'unnamed' : displayName,
  ...(lastUsedAt !== '' && { last_used_at: lastUsedAt }),
});

/** A key as browsers are told of it. */
export const descriptorOf = ({ id, transports }: Pick<StoredKey, 'id' | 'transports'>): JsonObject => ({
  type: 'public-key',
  id: id.toString('base64url'),
  ...(transports.length > 0 && { transports }),
});

/** What an assertion said, in what is stored of the key. */
export function withUse(
  key: StoredKey,
  { signCount, flags }: { readonly signCount: number; readonly flags: KeyFlags },
  now: number,
): JsonObject {
  const authenticator = key.stored['authenticator'];
  // Eligibility and what was verified are of the enrolment; whether it is backed up changes.
  const kept = key.flags === undefined ? flags : { ...key.flags, backup_state: flags.backup_state };
  return {
    ...key.stored,
    authenticator: { ...(isObject(authenticator) && (authenticator as JsonObject)), sign_count: signCount }, // JSON as it is stored
    flags: { ...kept },
    last_used_at: wireTime(now),
  };
}

/** A time as the reference stores it: to the second. */
export const wireTime = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

/** The id of a key as it is stored. */
export const bytesOfKey = (stored: Json): Buffer | undefined =>
  isObject(stored) ? bytesIn((stored as JsonObject)['id']) : undefined; // JSON as it is stored

function readKey(stored: Json): StoredKey | undefined {
  if (!isObject(stored)) return undefined;
  const key = stored as JsonObject; // JSON as it is stored
  const id = bytesOfKey(stored);
  const publicKey = bytesIn(key['public_key']);
  if (id === undefined || publicKey === undefined) return undefined;
  const authenticator = isObject(key['authenticator']) ? key['authenticator'] : {};
  const count = authenticator['sign_count'];
  const text = (name: string): string => (typeof key[name] === 'string' ? key[name] : '');
  return {
    id,
    publicKey,
    signCount: typeof count === 'number' && Number.isSafeInteger(count) && count > 0 ? count : 0,
    displayName: text('display_name'),
    addedAt: text('added_at'),
    lastUsedAt: text('last_used_at'),
    passwordless: key['is_passwordless'] === true,
    flags: readFlags(key['flags']),
    transports: textsIn(key['transport']),
    stored: key,
  };
}

function readFlags(value: Json | undefined): KeyFlags | undefined {
  if (!isObject(value)) return undefined;
  const has = (name: string): boolean => value[name] === true;
  return {
    user_present: has('user_present'),
    user_verified: has('user_verified'),
    backup_eligible: has('backup_eligible'),
    backup_state: has('backup_state'),
  };
}

const textsIn = (value: Json | undefined): readonly string[] =>
  Array.isArray(value) ? value.filter((each: unknown) => typeof each === 'string') : [];
