import type { Config } from '../config/config.ts';
import type { CredentialType } from '../identity/identity.ts';
import type { IdentityId } from '../kernel/id.ts';
import { createKeyring } from '../secret/keyring.ts';

/** Encrypts what a credential must give back in clear; bound to its account and type (security KR-3). */
export interface CredentialSealing {
  seal(text: string, owner: IdentityId): string;
  /** Undefined for what was not sealed for this account, or with a key that is gone (security KR-4). */
  open(box: string, owner: IdentityId): string | undefined;
}

/** With keys from `secrets.cipher`, or else from `secrets.cookie`. */
export function credentialSealing(
  { cipher, cookie }: Pick<Config['secrets'], 'cipher' | 'cookie'>,
  type: CredentialType,
): CredentialSealing {
  const keyring = createKeyring(cipher.length > 0 ? cipher : cookie, `credential/${type}`);
  const about = (owner: IdentityId): string => `credentials/${owner}/${type}`;
  return {
    seal: (text, owner) => keyring.seal(text, about(owner)),
    open: (box, owner) => keyring.open(box, about(owner))?.toString('utf8'),
  };
}
