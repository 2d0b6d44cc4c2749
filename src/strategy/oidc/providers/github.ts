import { isObject, type Json } from '../../../kernel/json.ts';
import type { Preset } from '../preset.ts';
import { documentClaims, documentIn, idOf } from './open-id.ts';

const ISSUER = 'https://github.com/login/oauth';
const headers = { accept: 'application/vnd.github+json', 'user-agent': 'Sallyport' };

/** The profile shows an address only if it is public; the list of addresses, which says what is verified, is apart. */
export const github: Preset = {
  provider: 'github',
  label: 'GitHub',
  protocol: 'oauth2',
  endpoints: () => ({
    issuer: ISSUER,
    authorization: 'https://github.com/login/oauth/authorize',
    token: 'https://github.com/login/oauth/access_token',
  }),
  scope: ['user:email'],
  clientAuth: 'client_secret_post',
  pkce: true,
  documents: () => [
    { name: 'user', url: 'https://api.github.com/user', headers },
    { name: 'emails', url: 'https://api.github.com/user/emails', headers, optional: true },
  ],
  claims(said, issuer) {
    const user = documentIn(said, 'user');
    const primary = primaryIn(said.documents['emails']);
    return documentClaims(
      idOf(user),
      {
        name: user['name'],
        nickname: user['login'],
        preferred_username: user['login'],
        profile: user['html_url'],
        picture: user['avatar_url'],
        website: user['blog'],
        updated_at: user['updated_at'],
        ...(primary ?? { email: user['email'] }),
      },
      user,
      issuer,
    );
  },
};

function primaryIn(emails: Json | undefined): { readonly email: Json; readonly email_verified: boolean } | undefined {
  const list: readonly unknown[] = Array.isArray(emails) ? emails : [];
  const found = list.filter(isObject).find(({ primary }) => primary === true);
  const email = found?.['email'];
  return typeof email === 'string' ? { email, email_verified: found?.['verified'] === true } : undefined;
}

/** A GitHub App signs people in as an OAuth App does; what it may see is set there, not by scopes. */
export const githubApp: Preset = { ...github, provider: 'github-app', scope: [] };
