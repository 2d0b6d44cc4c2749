import type { Credential } from '../../identity/identity.ts';
import type { IdentityId } from '../../kernel/id.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { CredentialSealing } from '../credential-sealing.ts';

export const TYPE = 'totp';
const SEALED = 'sealed:';

/** The configuration of a credential: the key URI, encrypted (security TO-5). */
export const configOf = (uri: string, owner: IdentityId, sealing: CredentialSealing): JsonObject => ({
  totp_url: `${SEALED}${sealing.seal(uri, owner)}`,
});

/** The key URI of a credential; one that was imported may be in clear. Undefined where it does not open. */
export function uriOf(
  { config: { totp_url: stored } }: Pick<Credential, 'config'>,
  owner: IdentityId,
  sealing: CredentialSealing,
): string | undefined {
  if (typeof stored !== 'string') return undefined;
  return stored.startsWith(SEALED) ? sealing.open(stored.slice(SEALED.length), owner) : stored;
}

/** True when a credential holds a key, which only its owner's flow opens. */
export const holdsKey = ({ config: { totp_url: stored } }: Pick<Credential, 'config'>): boolean =>
  typeof stored === 'string' && (stored.startsWith(SEALED) || stored.startsWith('otpauth:'));
