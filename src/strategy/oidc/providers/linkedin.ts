import type { Preset } from '../preset.ts';
import { documentClaims, documentIn, idOf } from './open-id.ts';

/** OpenID Connect in name: its id tokens lack the nonce and it refuses PKCE with a secret, so the person is looked up. */
export const linkedin: Preset = {
  provider: 'linkedin',
  label: 'LinkedIn',
  protocol: 'oauth2',
  endpoints: () => ({
    issuer: 'https://www.linkedin.com/oauth',
    authorization: 'https://www.linkedin.com/oauth/v2/authorization',
    token: 'https://www.linkedin.com/oauth/v2/accessToken',
  }),
  scope: ['openid', 'profile', 'email'],
  clientAuth: 'client_secret_post',
  pkce: false,
  documents: () => [{ name: 'userinfo', url: 'https://api.linkedin.com/v2/userinfo' }],
  claims(said, issuer) {
    const userinfo = documentIn(said, 'userinfo');
    return documentClaims(idOf(userinfo, 'sub'), userinfo, userinfo, issuer);
  },
};

export const linkedinV2: Preset = { ...linkedin, provider: 'linkedin_v2' };
