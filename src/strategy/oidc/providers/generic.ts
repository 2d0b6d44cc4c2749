import type { Preset } from '../preset.ts';
import { openIdClaims } from './open-id.ts';

/** Any OpenID provider that publishes a discovery document. */
export const generic: Preset = {
  provider: 'generic',
  label: 'OpenID Connect',
  protocol: 'oidc',
  scope: ['openid', 'email', 'profile'],
  promptAgain: 'login',
  clientAuth: 'client_secret_basic',
  pkce: true,
  claims: (said, issuer) => openIdClaims(said, issuer),
};
