import type { Credential } from '../../identity/identity.ts';
import type { Identifier } from '../../kernel/id.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { decodeUtf8 } from '../../kernel/utf8.ts';
import { storedHandle, storedKeys, type StoredKey } from '../ceremony/stored-key.ts';

/** The member of a stored key that holds the handle it was made with; keys of other servers have none. */
const HANDLE = 'user_handle';

/** The handle of a new key: 64 letters and digits, as the reference makes them. It says nothing of its person (security WA-4). */
export const handleFrom = (secret: Buffer): Buffer => Buffer.from(secret.toString('hex'));

/** The identifier under which a handle finds its person; undefined for bytes that are no text, which nobody was given here. */
export function identifierOf(handle: Buffer): Identifier | undefined {
  const text = decodeUtf8(handle);
  return text === undefined || text === '' || handle.length > 64 ? undefined : (text as Identifier); // as it is stored: untouched
}

/** Every handle that authenticators of this credential may tell. */
export function handlesOf(credential: Credential): readonly Buffer[] {
  const main = storedHandle(credential);
  return [
    ...credential.identifiers.map((each) => Buffer.from(each)),
    ...storedKeys(credential).flatMap((key) => handleOfKey(key) ?? []),
    ...(main === undefined ? [] : [main]),
  ];
}

export interface Changed {
  /** Undefined: no key is left. */
  readonly config: JsonObject | undefined;
  readonly identifiers: readonly Identifier[];
}

/** The credential with one more key, which has a handle of its own. */
export function withKey(
  credential: Credential | undefined,
  key: JsonObject,
  handle: Buffer,
): Changed & { readonly config: JsonObject } {
  const before = credential === undefined ? [] : storedKeys(credential).map(({ stored }) => stored);
  const identifier = identifierOf(handle);
  const identifiers = new Set([...(credential?.identifiers ?? []), ...(identifier === undefined ? [] : [identifier])]);
  const text = handle.toString('base64');
  return {
    config: { ...credential?.config, credentials: [...before, { ...key, [HANDLE]: text }], user_handle: text },
    identifiers: [...identifiers],
  };
}

/**
 * The credential without a key. Its handle goes with it, unless another key was made with the same; keys of other servers do not
 * say theirs, so while one of them is left the handles that no key names stay.
 */
export function withoutKey(credential: Credential, gone: StoredKey): Changed {
  const left = storedKeys(credential).filter(({ id }) => !id.equals(gone.id));
  if (left.length === 0) return { config: undefined, identifiers: [] };
  const named = left.flatMap((key) => handleOfKey(key) ?? []);
  const own = handleOfKey(gone);
  const main = storedHandle(credential);
  const kept = (handle: Buffer): boolean =>
    named.some((each) => each.equals(handle)) || (named.length < left.length && own?.equals(handle) !== true);
  const mainKept = main !== undefined && kept(main) ? main : named.at(-1);
  const { user_handle: _before, ...config } = credential.config;
  return {
    config: {
      ...config,
      credentials: left.map(({ stored }) => stored),
      ...(mainKept !== undefined && { user_handle: mainKept.toString('base64') }),
    },
    identifiers: credential.identifiers.filter((each) => kept(Buffer.from(each))),
  };
}

function handleOfKey({ stored }: StoredKey): Buffer | undefined {
  const text = stored[HANDLE];
  return typeof text === 'string' && text !== '' ? Buffer.from(text, 'base64') : undefined;
}
