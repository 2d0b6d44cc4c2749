import { isObject, type Json } from '../../../kernel/json.ts';
import type { Preset } from '../preset.ts';
import { documentClaims, documentIn, idOf } from './open-id.ts';

const VERSION = 'v23.0';
const FIELDS = 'id,name,first_name,middle_name,last_name,email,picture,birthday,gender';

/** The Graph API; it does not say whether an address is verified, so none is. Birthdays are month/day/year. */
export const facebook: Preset = {
  provider: 'facebook',
  label: 'Facebook',
  protocol: 'oauth2',
  endpoints: () => ({
    issuer: 'https://www.facebook.com',
    authorization: `https://www.facebook.com/${VERSION}/dialog/oauth`,
    token: `https://graph.facebook.com/${VERSION}/oauth/access_token`,
  }),
  scope: ['email', 'public_profile'],
  clientAuth: 'client_secret_post',
  pkce: true,
  documents: () => [{ name: 'me', url: `https://graph.facebook.com/${VERSION}/me?fields=${FIELDS}` }],
  claims(said, issuer) {
    const me = documentIn(said, 'me');
    return documentClaims(
      idOf(me),
      {
        name: me['name'],
        given_name: me['first_name'],
        middle_name: me['middle_name'],
        family_name: me['last_name'],
        last_name: me['last_name'],
        email: me['email'],
        picture: pictureIn(me['picture']),
        gender: me['gender'],
        birthdate: dateIn(me['birthday']),
      },
      me,
      issuer,
    );
  },
};

function pictureIn(picture: Json | undefined): unknown {
  const data = isObject(picture) ? picture['data'] : undefined;
  return isObject(data) ? data['url'] : undefined;
}

/** As OpenID Connect writes it, year first. */
function dateIn(birthday: Json | undefined): string | undefined {
  const [, month, day, year] = /^(\d{2})\/(\d{2})\/(\d{4})$/.exec(typeof birthday === 'string' ? birthday : '') ?? [];
  return year === undefined ? undefined : `${year}-${month}-${day}`;
}
