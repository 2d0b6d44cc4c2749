import type { Preset } from '../preset.ts';
import { openIdClaims } from './open-id.ts';

const TEAM = 'https://slack.com/team_id';

/** "Sign in with Slack" of today; the workspace is a claim under Slack's own name. */
export const slack: Preset = {
  provider: 'slack',
  label: 'Slack',
  protocol: 'oidc',
  issuer: () => 'https://slack.com',
  scope: ['openid', 'profile', 'email'],
  clientAuth: 'client_secret_post',
  pkce: true,
  documents: () => [{ name: 'userinfo', url: 'https://slack.com/api/openid.connect.userInfo' }],
  claims(said, issuer) {
    const claims = openIdClaims(said, issuer);
    const team = claims?.raw_claims[TEAM];
    return claims && { ...claims, ...(typeof team === 'string' && { team }) };
  },
};
