import { createPrivateKey, sign } from 'node:crypto';
import type { OidcProvider } from '../provider-entry.ts';
import { isObject, type JsonObject } from '../../../kernel/json.ts';
import type { Preset, Said } from '../preset.ts';
import { openIdClaims } from './open-id.ts';

const ISSUER = 'https://appleid.apple.com';
/** Seconds; Apple allows half a year. Longer than a client is kept before it is made anew. */
const SECRET_LIFE = 2 * 3_600;

/** The secret is a token signed by the team's key; the answer is a form post, with the name in it the first time only. */
export const apple: Preset = {
  provider: 'apple',
  label: 'Apple',
  protocol: 'oidc',
  issuer: () => ISSUER,
  scope: ['name', 'email'],
  promptAgain: 'login',
  responseMode: 'form_post',
  clientAuth: 'client_secret_post',
  secret: clientSecret,
  pkce: true,
  textualTruth: true,
  nativeIdToken: true,
  claims: (said, issuer) => openIdClaims(said, issuer, nameIn(said)),
};

/** Developer documentation of Sign in with Apple, "Creating a client secret": ES256 over team, client and audience. */
function clientSecret({ clientId, more }: OidcProvider, now: Date): string {
  const issued = Math.trunc(now.getTime() / 1000);
  const header = { alg: 'ES256', kid: more['apple_private_key_id'], typ: 'JWT' };
  const body = { iss: more['apple_team_id'], iat: issued, exp: issued + SECRET_LIFE, aud: ISSUER, sub: clientId };
  const input = [header, body].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const key = createPrivateKey(String(more['apple_private_key']));
  const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

/** The browser brings it, unsigned: good for a name, never for an address. */
function nameIn({ callback }: Said): JsonObject {
  let user: unknown;
  try {
    user = JSON.parse(callback?.['user'] ?? '');
  } catch {
    return {}; // it came on an earlier sign-in, or is none
  }
  const name = isObject(user) ? user['name'] : undefined;
  if (!isObject(name)) return {};
  const [given, family] = [name['firstName'], name['lastName']].map((part) =>
    typeof part === 'string' && part !== '' ? part : undefined,
  );
  return {
    ...(given !== undefined && { given_name: given }),
    ...(family !== undefined && { family_name: family, last_name: family }),
    ...((given ?? family) !== undefined && { name: [given, family].filter(Boolean).join(' ') }),
  };
}
