import { generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { OidcProvider } from '../provider-entry.ts';
import { must } from '../../../kernel/error.ts';
import type { JsonObject } from '../../../kernel/json.ts';
import type { Claims } from '../claims.ts';
import type { Preset, Said } from '../preset.ts';
import { presets } from './presets.ts';

const preset = (name: string): Preset => must(presets.get(name), name);

const entry = (
  provider: string,
  more: OidcProvider['more'] = {},
  written: Partial<OidcProvider> = {},
): OidcProvider => ({
  id: provider,
  provider,
  label: undefined,
  clientId: 'client',
  clientSecret: 'secret',
  issuerUrl: undefined,
  authUrl: undefined,
  tokenUrl: undefined,
  mapperUrl: 'file://m.jsonnet',
  scope: [],
  pkce: 'auto',
  trustRefresh: false,
  more,
  place: undefined,
  path: 'selfservice.methods.oidc.config.providers[0]',
  ...written,
});

/** Less what was sent, which has its own test. */
function claimsOf(name: string, said: Partial<Said>, more: OidcProvider['more'] = {}): Partial<Claims> | undefined {
  const made = preset(name).claims({ documents: {}, ...said }, 'https://issuer.example', entry(name, more));
  if (made === undefined) return undefined;
  const { raw_claims: _sent, ...claims } = made;
  return claims;
}

describe.each([...presets.values()])('$provider', (one) => {
  const configured = entry(one.provider, { microsoft_tenant: 'common' }, { issuerUrl: 'https://id.example' });

  test('is reached over https alone', () => {
    const { authorization, token, issuer } = one.endpoints?.(configured) ?? {};
    const urls = [
      issuer,
      authorization,
      token,
      one.issuer?.(configured),
      ...(one.documents?.(configured) ?? []).map(({ url }) => url),
    ];
    const written = urls.filter((url) => url !== undefined);
    expect(written.filter((url) => !url.startsWith('https://') || URL.parse(url) === null)).toEqual([]);
    expect(one.protocol === 'oauth2').toBe(one.endpoints !== undefined);
  });

  test('names nobody when the provider names nobody', () => {
    for (const said of [
      {},
      { idToken: {} },
      { documents: { user: [], me: 'x', userinfo: null, identity: { data: 1 } } },
    ])
      expect(one.claims({ documents: {}, ...said }, 'https://issuer.example', configured)).toBeUndefined();
  });
});

describe('claims', () => {
  test('of GitHub: the primary address of the list, verified as the list says', () => {
    const user = {
      id: 583231,
      login: 'octo',
      name: 'Octo Cat',
      email: 'public@example.org',
      html_url: 'https://github.com/octo',
      avatar_url: 'https://avatars.example/1',
      blog: '',
      updated_at: '2024-05-06T07:08:09Z',
    };
    const emails = [
      { email: 'old@example.org', primary: false, verified: true },
      { email: 'main@example.org', primary: true, verified: true },
    ];
    const named = {
      iss: 'https://issuer.example',
      sub: '583231',
      name: 'Octo Cat',
      nickname: 'octo',
      preferred_username: 'octo',
      profile: 'https://github.com/octo',
      picture: 'https://avatars.example/1',
      updated_at: 1_714_979_289,
    };
    expect(claimsOf('github', { documents: { user, emails } })).toEqual({
      ...named,
      email: 'main@example.org',
      email_verified: true,
    });
    // Without the scope there is no list, and nobody says the public address is verified.
    expect(claimsOf('github', { documents: { user } })).toEqual({ ...named, email: 'public@example.org' });
    const unverified = [{ email: 'main@example.org', primary: true, verified: false }];
    expect(claimsOf('github', { documents: { user, emails: unverified } })).toMatchObject({ email_verified: false });
    expect(preset('github').claims({ documents: { user } }, 'i', entry('github'))?.raw_claims).toEqual(user);
  });

  test('of Google: the issuer is one, however it is spelled', () => {
    const idToken = {
      iss: 'accounts.google.com',
      sub: '110',
      email: 'a@example.org',
      email_verified: true,
      hd: 'example.org',
    };
    expect(claimsOf('google', { idToken })).toEqual({ ...idToken, iss: 'https://accounts.google.com' });
    const { issuerAllowed } = preset('google');
    expect(issuerAllowed?.('accounts.google.com', {}, entry('google'))).toBe(true);
    expect(issuerAllowed?.('https://accounts.google.com.evil.example', {}, entry('google'))).toBe(false);
  });

  test('of Microsoft: an address is verified only by the owner of its domain', () => {
    const idToken: JsonObject = {
      iss: 'https://login.microsoftonline.com/t/v2.0',
      sub: 's',
      oid: 'o',
      email: 'a@example.org',
      email_verified: true,
    };
    const { email_verified: _claimed, ...rest } = idToken;
    expect(claimsOf('microsoft', { idToken })).toEqual(rest);
    expect(claimsOf('microsoft', { idToken: { ...idToken, xms_edov: true } })).toEqual({
      ...rest,
      email_verified: true,
    });
    expect(claimsOf('microsoft', { idToken: { ...idToken, xms_edov: '1' } })).toEqual({
      ...rest,
      email_verified: true,
    });
    expect(claimsOf('microsoft', { idToken: { ...idToken, xms_edov: '0' } })).toEqual(rest);
    expect(claimsOf('microsoft', { idToken }, { subject_source: 'oid' })).toMatchObject({ sub: 'o' });
    expect(claimsOf('microsoft', { idToken, documents: { me: { id: 'm' } } }, { subject_source: 'me' })).toMatchObject({
      sub: 'm',
    });
    expect(claimsOf('microsoft', { idToken }, { subject_source: 'me' })).toBeUndefined();
  });

  const OURS = '11111111-2222-3333-4444-555555555555';
  const OTHER = '66666666-2222-3333-4444-555555555555';
  const CONSUMERS = '9188040d-6c67-4c5b-b112-36a304b66dad';
  test.each([
    ['common', OURS, OURS, true],
    ['common', OURS, OTHER, false],
    ['common', OURS, '../x', false],
    ['organizations', OURS, OURS, true],
    ['organizations', CONSUMERS, CONSUMERS, false],
    ['consumers', CONSUMERS, CONSUMERS, true],
    ['consumers', OURS, OURS, false],
    [OURS, OURS, OURS, true],
    [OURS, OTHER, OTHER, false],
  ])('of Microsoft: tenant %s, issuer %s, tid %s: %s', (tenant, issuer, tid, allowed) => {
    const iss = `https://login.microsoftonline.com/${issuer}/v2.0`;
    expect(preset('microsoft').issuerAllowed?.(iss, { tid }, entry('microsoft', { microsoft_tenant: tenant }))).toBe(
      allowed,
    );
  });

  test('of Apple: a name from the first form post, an address from the token only', () => {
    const idToken = {
      iss: 'https://appleid.apple.com',
      sub: '0012',
      email: 'relay@privaterelay.appleid.com',
      email_verified: 'true',
    };
    const user = JSON.stringify({ name: { firstName: 'Ana', lastName: 'Lund' }, email: 'forged@example.org' });
    const named = { given_name: 'Ana', family_name: 'Lund', last_name: 'Lund', name: 'Ana Lund' };
    const claims = { ...idToken, email_verified: true };
    expect(claimsOf('apple', { idToken, callback: { user } })).toEqual({ ...claims, ...named });
    expect(claimsOf('apple', { idToken })).toEqual(claims);
    for (const odd of ['{', '[]', '"x"', '{"name":"x"}', '{"name":{"firstName":1}}'])
      expect(claimsOf('apple', { idToken, callback: { user: odd } })).toEqual(claims);
  });

  test('of GitLab and Slack: userinfo of the same person, or nobody', () => {
    const idToken = { iss: 'https://slack.com', sub: 'U1', 'https://slack.com/team_id': 'T1' };
    const userinfo = { sub: 'U1', email: 'a@example.org', email_verified: true };
    expect(claimsOf('slack', { idToken, documents: { userinfo } })).toEqual({
      iss: 'https://slack.com',
      ...userinfo,
      team: 'T1',
    });
    expect(claimsOf('gitlab', { idToken, documents: { userinfo } })).toEqual({ iss: 'https://slack.com', ...userinfo });
    expect(claimsOf('gitlab', { idToken, documents: { userinfo: { ...userinfo, sub: 'U2' } } })).toBeUndefined();
    const own = entry('gitlab', {}, { issuerUrl: 'https://git.example/' });
    expect(preset('gitlab').documents?.(own)).toEqual([
      { name: 'userinfo', url: 'https://git.example/oauth/userinfo' },
    ]);
  });

  test('of Discord', () => {
    const user = {
      id: '80351110224678912',
      username: 'nelly',
      global_name: 'Nelly',
      avatar: 'abc',
      email: 'n@example.org',
      verified: true,
      locale: 'en-US',
    };
    expect(claimsOf('discord', { documents: { user } })).toEqual({
      iss: 'https://issuer.example',
      sub: user.id,
      name: 'Nelly',
      nickname: 'Nelly',
      preferred_username: 'nelly',
      picture: `https://cdn.discordapp.com/avatars/${user.id}/abc.png`,
      email: 'n@example.org',
      email_verified: true,
      locale: 'en-US',
    });
    expect(claimsOf('discord', { documents: { user: { ...user, avatar: null, verified: false } } })).not.toHaveProperty(
      'picture',
    );
  });

  test('of Facebook: no word about verified', () => {
    const me = {
      id: '10',
      name: 'A B',
      first_name: 'A',
      last_name: 'B',
      email: 'a@example.org',
      birthday: '12/31/1990',
      picture: { data: { url: 'https://p.example/1' } },
    };
    expect(claimsOf('facebook', { documents: { me } })).toEqual({
      iss: 'https://issuer.example',
      sub: '10',
      name: 'A B',
      given_name: 'A',
      family_name: 'B',
      last_name: 'B',
      email: 'a@example.org',
      birthdate: '1990-12-31',
      picture: 'https://p.example/1',
    });
  });

  test('of LinkedIn, in both spellings', () => {
    const userinfo = {
      sub: 'abc',
      name: 'A B',
      email: 'a@example.org',
      email_verified: true,
      locale: { country: 'US', language: 'en' },
    };
    const claims = { iss: 'https://issuer.example', ...userinfo, locale: 'en-US' };
    expect(claimsOf('linkedin', { documents: { userinfo } })).toEqual(claims);
    expect(claimsOf('linkedin_v2', { documents: { userinfo } })).toEqual(claims);
  });

  test('of Spotify: no word about verified', () => {
    const me = {
      id: 'smed',
      display_name: 'Smed',
      email: 'a@example.org',
      images: [{ url: 'https://i.example/1' }],
      external_urls: { spotify: 'https://open.example/smed' },
    };
    expect(claimsOf('spotify', { documents: { me } })).toEqual({
      iss: 'https://issuer.example',
      sub: 'smed',
      name: 'Smed',
      nickname: 'Smed',
      email: 'a@example.org',
      picture: 'https://i.example/1',
      profile: 'https://open.example/smed',
    });
  });

  test('of Patreon', () => {
    const attributes = {
      full_name: 'A B',
      first_name: 'A',
      last_name: 'B',
      vanity: 'ab',
      email: 'a@example.org',
      is_email_verified: true,
      image_url: 'https://i.example/1',
      url: 'https://p.example/ab',
    };
    expect(claimsOf('patreon', { documents: { identity: { data: { id: '7', type: 'user', attributes } } } })).toEqual({
      iss: 'https://issuer.example',
      sub: '7',
      name: 'A B',
      given_name: 'A',
      family_name: 'B',
      last_name: 'B',
      nickname: 'ab',
      preferred_username: 'ab',
      email: 'a@example.org',
      email_verified: true,
      picture: 'https://i.example/1',
      profile: 'https://p.example/ab',
    });
  });

  test('of X: an address is there only when it is confirmed', () => {
    const data = { id: '2244', name: 'Dev', username: 'dev', confirmed_email: 'a@example.org' };
    const claims = {
      iss: 'https://issuer.example',
      sub: '2244',
      name: 'Dev',
      nickname: 'dev',
      preferred_username: 'dev',
    };
    expect(claimsOf('x', { documents: { user: { data } } })).toEqual({
      ...claims,
      email: 'a@example.org',
      email_verified: true,
    });
    expect(claimsOf('x', { documents: { user: { data: { ...data, confirmed_email: null } } } })).toEqual(claims);
  });

  test('of Auth0 and any other', () => {
    const idToken = { iss: 'https://t.auth0.example/', sub: 'auth0|1', email: 'a@example.org', email_verified: true };
    expect(claimsOf('auth0', { idToken })).toEqual(idToken);
    expect(claimsOf('generic', { idToken, documents: { userinfo: { sub: 'auth0|1', name: 'A' } } })).toEqual({
      ...idToken,
      name: 'A',
    });
  });
});

test('the secret of Apple is a token that its key signed, for an hour and more', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  const more = { apple_team_id: 'TEAM', apple_private_key_id: 'KEY', apple_private_key: pem };
  const secret = preset('apple').secret?.(entry('apple', more), new Date('2024-05-06T07:08:09Z')) ?? '';
  const [header = '', body = '', signature = ''] = secret.split('.');
  const read = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());
  expect(read(header)).toEqual({ alg: 'ES256', kid: 'KEY', typ: 'JWT' });
  expect(read(body)).toEqual({
    iss: 'TEAM',
    iat: 1_714_979_289,
    exp: 1_714_979_289 + 7_200,
    aud: 'https://appleid.apple.com',
    sub: 'client',
  });
  const key = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const;
  expect(verify('sha256', Buffer.from(`${header}.${body}`), key, Buffer.from(signature, 'base64url'))).toBe(true);
});
