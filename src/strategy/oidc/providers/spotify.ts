import { isObject, type Json } from '../../../kernel/json.ts';
import type { Preset } from '../preset.ts';
import { documentClaims, documentIn, idOf } from './open-id.ts';

/** The address is what the person typed there: Spotify does not verify it. */
export const spotify: Preset = {
  provider: 'spotify',
  label: 'Spotify',
  protocol: 'oauth2',
  endpoints: () => ({
    issuer: 'https://accounts.spotify.com',
    authorization: 'https://accounts.spotify.com/authorize',
    token: 'https://accounts.spotify.com/api/token',
  }),
  scope: ['user-read-email', 'user-read-private'],
  clientAuth: 'client_secret_basic',
  pkce: true,
  documents: () => [{ name: 'me', url: 'https://api.spotify.com/v1/me' }],
  claims(said, issuer) {
    const me = documentIn(said, 'me');
    const links = me['external_urls'];
    return documentClaims(
      idOf(me),
      {
        name: me['display_name'],
        nickname: me['display_name'],
        email: me['email'],
        picture: firstImage(me['images']),
        profile: isObject(links) ? links['spotify'] : undefined,
      },
      me,
      issuer,
    );
  },
};

function firstImage(images: Json | undefined): unknown {
  const [first]: readonly unknown[] = Array.isArray(images) ? images : [];
  return isObject(first) ? first['url'] : undefined;
}
