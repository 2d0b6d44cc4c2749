import type { Preset } from '../preset.ts';
import { openIdClaims } from './open-id.ts';

const ISSUER = 'https://gitlab.com';

/** Its own or any other instance (`issuer_url`); the address is only in userinfo. */
export const gitlab: Preset = {
  provider: 'gitlab',
  label: 'GitLab',
  protocol: 'oidc',
  issuer: () => ISSUER,
  scope: ['openid', 'email', 'profile'],
  promptAgain: 'login',
  clientAuth: 'client_secret_post',
  pkce: true,
  documents: ({ issuerUrl = ISSUER }) => [{ name: 'userinfo', url: `${issuerUrl.replace(/\/$/, '')}/oauth/userinfo` }],
  claims: (said, issuer) => openIdClaims(said, issuer),
};
