import { isObject, type JsonObject } from '../../../kernel/json.ts';
import type { Preset } from '../preset.ts';
import { documentClaims, documentIn, idOf } from './open-id.ts';

const FIELDS = 'id,name,username,profile_image_url,url,confirmed_email';

/** OAuth 2.0, for which PKCE is not optional. An address is there only once the app may ask for it, and then confirmed. */
export const x: Preset = {
  provider: 'x',
  label: 'X',
  protocol: 'oauth2',
  endpoints: () => ({
    issuer: 'https://x.com',
    authorization: 'https://x.com/i/oauth2/authorize',
    token: 'https://api.x.com/2/oauth2/token',
  }),
  scope: ['users.read', 'tweet.read', 'users.email'],
  clientAuth: 'client_secret_basic',
  pkce: true,
  documents: () => [{ name: 'user', url: `https://api.x.com/2/users/me?user.fields=${FIELDS}` }],
  claims(said, issuer) {
    const { data } = documentIn(said, 'user');
    // What came as JSON is JSON.
    const user = isObject(data) ? (data as JsonObject) : {};
    const email = user['confirmed_email'];
    return documentClaims(
      idOf(user),
      {
        name: user['name'],
        nickname: user['username'],
        preferred_username: user['username'],
        picture: user['profile_image_url'],
        website: user['url'],
        ...(typeof email === 'string' && { email, email_verified: true }),
      },
      user,
      issuer,
    );
  },
};
