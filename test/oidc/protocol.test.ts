import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createHttpClient, type HttpClient, read, readText } from '../support/http-client.ts';
import { providerEntry } from '../support/oidc-config.ts';
import { type TestProvider, viaProvider } from '../support/provider.ts';
import { startWithProvider } from '../support/provider-server.ts';
import { begin } from '../support/self-service.ts';
import type { TestServer } from '../support/server.ts';

let server: TestServer;
let provider: TestProvider;
let http: HttpClient;

let stop: () => Promise<void>;
beforeAll(async () => {
  ({ provider, server, stop } = await startWithProvider((acme) => ({
    providers: [
      providerEntry('acme', acme),
      providerEntry('bare', acme, { pkce: 'never' }),
      providerEntry('shared', acme, { pkce: 'force' }),
      providerEntry('strong', acme, { aal2_acr_values: ['gold'], aal2_amr_values: ['hwk'] }),
    ],
  })));
});
afterAll(() => stop());
beforeEach(() => {
  http = createHttpClient();
});
afterEach(() => http.close());

async function leave(id: string, fields: Readonly<Record<string, unknown>> = {}, query = ''): Promise<URLSearchParams> {
  const flow = await begin(http, server.publicUrl, 'login', 'browser', query);
  const json = { method: 'oidc', provider: id, csrf_token: flow.csrf, ...fields };
  const answer = await http.post(flow.action, { json });
  return new URL(readText(answer.json, 'redirect_browser_to')).searchParams;
}
const signIn = async (id: string) => {
  const flow = await begin(http, server.publicUrl, 'login', 'browser');
  return viaProvider(http, flow.action, { provider: id, csrf_token: flow.csrf });
};
const callback = (id?: string) =>
  `${server.publicUrl}/self-service/methods/oidc/callback${id === undefined ? '' : `/${id}`}`;

describe('on the way to a provider', () => {
  test('every request has a state, a nonce and a challenge of its own', async () => {
    const [one, other] = [await leave('acme'), await leave('acme')];
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(one.get(name)?.length, name).toBeGreaterThanOrEqual(43); // 256 bits
      expect(one.get(name), name).not.toBe(other.get(name));
    }
    expect(one.get('code_challenge_method')).toBe('S256');
    expect([one.get('response_type'), one.get('scope'), one.get('redirect_uri')]).toEqual([
      'code',
      'openid email',
      callback('acme'),
    ]);
    expect(Buffer.from(one.get('state') ?? '', 'base64url').toString('latin1')).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/); // no flow id
  });

  test('the challenge is left out only where that is written; one address for all where it must be', async () => {
    expect((await leave('bare')).get('code_challenge')).toBeNull();
    expect((await leave('shared')).get('redirect_uri')).toBe(callback());
    provider.says({ sub: 'amy', email: 'amy@example.org', email_verified: true, name: 'Amy' });
    expect((await signIn('shared')).location).toBe('http://127.0.0.1:4455/home');
  });

  test('of what a client adds, four parameters are handed on', async () => {
    const added = {
      hd: 'example.org',
      prompt: 'select_account',
      auth_type: 'reauthenticate',
      acr_values: 'gold',
      login_hint: 'victim@example.org',
      redirect_uri: 'https://elsewhere.example',
      scope: 'everything',
      client_id: 'another',
    };
    const sent = await leave('acme', { upstream_parameters: added });
    expect([sent.get('hd'), sent.get('prompt'), sent.get('auth_type'), sent.get('acr_values')]).toEqual([
      'example.org',
      'select_account',
      'reauthenticate',
      'gold',
    ]);
    expect([sent.get('login_hint'), sent.get('scope'), sent.get('client_id'), sent.get('redirect_uri')]).toEqual([
      null,
      'openid email',
      'shop',
      callback('acme'),
    ]);
  });

  test('somebody who confirms who they are is asked again, and a stranger’s account does not do', async () => {
    provider.says({ sub: 'bea', email: 'bea@example.org', email_verified: true, name: 'Bea' });
    await signIn('acme');
    expect((await leave('acme', {}, '?refresh=true')).get('prompt')).toBe('login');
    const before = read((await http.get(`${server.publicUrl}/sessions/whoami`)).json, 'identity.id');
    provider.says({ sub: 'nobody-here', email: 'else@example.org', email_verified: true, name: 'Else' });
    const flow = await begin(http, server.publicUrl, 'login', 'browser', '?refresh=true');
    const answer = await viaProvider(http, flow.action, { provider: 'acme', csrf_token: flow.csrf });
    expect(new URL(answer.location ?? '').pathname).toBe('/login');
    expect(read((await http.get(`${server.publicUrl}/sessions/whoami`)).json, 'identity.id')).toBe(before);
  });
});

describe('on the way back', () => {
  test('a POST is for providers that answer so, and an answer without a state is none', async () => {
    const posted = await http.post(callback('acme'), { form: { code: 'c', state: 's' } });
    expect(posted.status).toBe(405);
    const [stateless, foreign, twice] = [
      await http.get(`${callback('acme')}?code=c`),
      await http.get(`${callback('acme')}?code=c&state=s`),
      await http.get(`${callback('acme')}?code=c&state=s&state=s`),
    ];
    expect([stateless.status, foreign.status, twice.status]).toEqual([400, 400, 400]);
  });

  test('a browser is shown the error page, and what is fetched ahead does nothing', async () => {
    const shown = await http.get(`${callback('acme')}?code=c&state=s`, { accept: 'text/html' });
    expect([shown.status, new URL(shown.location ?? '').pathname]).toEqual([303, '/error']);
    const ahead = await http.get(`${callback('acme')}?code=c&state=s`, { headers: { 'sec-purpose': 'prefetch' } });
    expect(ahead.status).toBe(204);
  });

  test.each<readonly [string, string, Readonly<Record<string, unknown>>]>([
    ['aal1', 'acme', { acr: 'gold', amr: ['hwk'] }],
    ['aal1', 'strong', { acr: 'silver', amr: ['pwd'] }],
    ['aal2', 'strong', { acr: 'gold' }],
    ['aal2', 'strong', { amr: ['pwd', 'hwk'] }],
  ])('a session is %s by the word of %s with %j', async (aal, id, claims) => {
    const sub = `${id}-${JSON.stringify(claims).length}`;
    provider.says({ sub, email: `${sub}@example.org`, email_verified: true, name: 'Cas', ...claims });
    await signIn(id);
    const { json } = await http.get(`${server.publicUrl}/sessions/whoami`);
    expect(read(json, 'authenticator_assurance_level')).toBe(aal);
  });
});
