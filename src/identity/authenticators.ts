import { hash } from 'node:crypto';
import { isObject, type Json, type JsonObject } from '../kernel/json.ts';

/** Types of credentials whose configuration holds keys of Web Authentication. */
const KEYED: ReadonlySet<string> = new Set(['webauthn', 'passkey']);

export const hasAuthenticators = (type: string): boolean => KEYED.has(type);

/** A key of an identity, in the store's terms. */
export interface StoredAuthenticator {
  /** Of its credential. */
  readonly type: string;
  readonly idHash: string;
  /** Of signatures, when it was stored; 0: it does not count. */
  readonly signCount: number;
}

/** One use of a key. `signCount`: what it counted. `at` in epoch milliseconds. */
export interface AuthenticatorUse extends StoredAuthenticator {
  readonly at: number;
}

/** By what an authenticator is found: ids are up to 1,023 bytes long. 64 hexadecimal digits. */
export const authenticatorHash = (id: Uint8Array): string => hash('sha256', id);

/** Bytes as the configuration of a credential holds them: base64, also in the alphabet of URLs; undefined for anything else. */
export const bytesIn = (value: Json | undefined): Buffer | undefined =>
  typeof value === 'string' && /^[\w+/=-]+$/.test(value) ? Buffer.from(value, 'base64') : undefined;

/** A credential, as far as keys go. */
interface Holder {
  readonly type: string;
  readonly config: JsonObject;
}

/** The keys of a credential; none where its type has none. */
export function authenticatorsOf({ type, config }: Holder): readonly StoredAuthenticator[] {
  const { credentials } = config;
  if (!KEYED.has(type) || !Array.isArray(credentials)) return [];
  return (credentials as readonly Json[]).flatMap((each) => {
    const id = isObject(each) ? bytesIn((each as JsonObject)['id']) : undefined; // JSON as it is stored
    if (id === undefined || !isObject(each)) return [];
    const { authenticator } = each;
    const count = isObject(authenticator) ? authenticator['sign_count'] : 0;
    const signCount = typeof count === 'number' && Number.isSafeInteger(count) && count > 0 ? count : 0;
    return [{ type, idHash: authenticatorHash(id), signCount }];
  });
}
