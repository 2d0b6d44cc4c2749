import type { Preset } from '../preset.ts';
import { openIdClaims } from './open-id.ts';

/** The issuer is `https://<tenant>.auth0.com/`, with the slash; in userinfo `updated_at` is text. */
export const auth0: Preset = {
  provider: 'auth0',
  label: 'Auth0',
  protocol: 'oidc',
  scope: ['openid', 'email', 'profile'],
  promptAgain: 'login',
  clientAuth: 'client_secret_post',
  pkce: true,
  claims: (said, issuer) => openIdClaims(said, issuer),
};
