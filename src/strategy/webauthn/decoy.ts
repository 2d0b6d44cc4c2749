import { lookupIdentifier } from '../../identity/identifier.ts';
import type { Digests } from '../ceremony/challenge.ts';
import type { StoredKey } from '../ceremony/stored-key.ts';

/**
 * A key that nobody has, for an identifier that nobody signs in with: always the same one, so that asking again tells nothing
 * (security EN-2). Whether keys have transports, and how many a person has, is left out of it.
 */
export function decoyKey(digests: Digests, identifier: string): Pick<StoredKey, 'id' | 'transports'> {
  const [digest = ''] = digests('webauthn/decoy', lookupIdentifier(identifier) ?? identifier);
  return { id: Buffer.from(digest.slice(digest.indexOf(':') + 1), 'hex'), transports: [] };
}
