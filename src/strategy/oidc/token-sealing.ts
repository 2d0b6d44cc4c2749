import type { Config } from '../../config/config.ts';
import { createKeyring, type Keyring } from '../../secret/keyring.ts';

/** Encrypts what providers hand out, bound to `provider:subject` (security KR-3). */
export const tokenSealing = ({ cookie, cipher }: Config['secrets']): Keyring =>
  createKeyring(cipher.length > 0 ? cipher : cookie, 'oidc-token');
