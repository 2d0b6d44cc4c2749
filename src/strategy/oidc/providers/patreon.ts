import { isObject, type JsonObject } from '../../../kernel/json.ts';
import type { Preset } from '../preset.ts';
import { documentClaims, documentIn, idOf } from './open-id.ts';

const FIELDS = 'email,first_name,full_name,image_url,is_email_verified,last_name,url,vanity';

/** A JSON:API document: what there is to know is one level down. */
export const patreon: Preset = {
  provider: 'patreon',
  label: 'Patreon',
  protocol: 'oauth2',
  endpoints: () => ({
    issuer: 'https://www.patreon.com',
    authorization: 'https://www.patreon.com/oauth2/authorize',
    token: 'https://www.patreon.com/api/oauth2/token',
  }),
  scope: ['identity', 'identity[email]'],
  promptAgain: 'consent',
  clientAuth: 'client_secret_post',
  pkce: false,
  documents: () => [
    { name: 'identity', url: `https://www.patreon.com/api/oauth2/v2/identity?fields%5Buser%5D=${FIELDS}` },
  ],
  claims(said, issuer) {
    const { data } = documentIn(said, 'identity');
    // What came as JSON is JSON.
    const person = isObject(data) ? (data as JsonObject) : {};
    const told = isObject(person['attributes']) ? person['attributes'] : {};
    return documentClaims(
      idOf(person),
      {
        name: told['full_name'],
        given_name: told['first_name'],
        family_name: told['last_name'],
        last_name: told['last_name'],
        nickname: told['vanity'],
        preferred_username: told['vanity'],
        email: told['email'],
        email_verified: told['is_email_verified'],
        picture: told['image_url'],
        profile: told['url'],
      },
      person,
      issuer,
    );
  },
};
