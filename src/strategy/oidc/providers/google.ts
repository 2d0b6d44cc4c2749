import type { Preset } from '../preset.ts';
import { openIdClaims } from './open-id.ts';

const ISSUER = 'https://accounts.google.com';

/** Tokens may name the issuer without its scheme; `hd` is the domain of a company's account. */
export const google: Preset = {
  provider: 'google',
  label: 'Google',
  protocol: 'oidc',
  issuer: () => ISSUER,
  issuerAllowed: (iss) => iss === ISSUER || iss === 'accounts.google.com',
  scope: ['openid', 'email', 'profile'],
  promptAgain: 'select_account',
  clientAuth: 'client_secret_post',
  pkce: true,
  nativeIdToken: true,
  claims: (said) => openIdClaims({ ...said, idToken: { ...said.idToken, iss: ISSUER } }, ISSUER),
};
