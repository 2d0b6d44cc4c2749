import type { Preset } from '../preset.ts';
import { documentClaims, documentIn, idOf } from './open-id.ts';

/** It asks for consent each time unless told not to; its refresh is to ask for it. */
export const discord: Preset = {
  provider: 'discord',
  label: 'Discord',
  protocol: 'oauth2',
  endpoints: () => ({
    issuer: 'https://discord.com',
    authorization: 'https://discord.com/oauth2/authorize',
    token: 'https://discord.com/api/oauth2/token',
  }),
  scope: ['identify', 'email'],
  parameters: { prompt: 'none' },
  promptAgain: 'consent',
  clientAuth: 'client_secret_basic',
  pkce: true,
  documents: () => [{ name: 'user', url: 'https://discord.com/api/v10/users/@me' }],
  claims(said, issuer) {
    const user = documentIn(said, 'user');
    const id = idOf(user);
    const { avatar } = user;
    return documentClaims(
      id,
      {
        name: user['global_name'] ?? user['username'],
        nickname: user['global_name'] ?? user['username'],
        preferred_username: user['username'],
        picture:
          id !== undefined && typeof avatar === 'string'
            ? `https://cdn.discordapp.com/avatars/${id}/${avatar}.png`
            : undefined,
        email: user['email'],
        email_verified: user['verified'],
        locale: user['locale'],
      },
      user,
      issuer,
    );
  },
};
