import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { countStored } from '../support/admin.ts';
import { eventsIn, expectInCatalogue } from '../support/event-schema.ts';
import { createHttpClient, type HttpClient, read, readText } from '../support/http-client.ts';
import { providerEntry } from '../support/oidc-config.ts';
import { type TestProvider, toCallback } from '../support/provider.ts';
import { startWithProvider } from '../support/provider-server.ts';
import { begin, messagesOf } from '../support/self-service.ts';
import type { TestServer } from '../support/server.ts';

const APP = 'myapp.example://signed-in';

let server: TestServer;
let provider: TestProvider;
let app: HttpClient;
let browser: HttpClient;

let stop: () => Promise<void>;
beforeAll(async () => {
  ({ provider, server, stop } = await startWithProvider((acme) => ({
    providers: [
      providerEntry('acme', acme),
      providerEntry('phone', acme, { provider: 'google', additional_id_token_audiences: ['the-app'] }),
    ],
    selfservice: { allowed_return_urls: [APP, 'https://app.example/area'] },
    more: { log: { level: 'warning', format: 'json' } },
  })));
});
afterAll(() => stop());
beforeEach(() => {
  app = createHttpClient({ cookies: false });
  browser = createHttpClient();
});
afterEach(() => {
  app.close();
  browser.close();
});

const RETURN = 'https://app.example/area/back';

/** An app begins; its browser goes to the provider and comes back; where does it lead? */
async function throughBrowser(kind: 'login' | 'registration', fields: Readonly<Record<string, unknown>> = {}) {
  const query = `?return_session_token_exchange_code=true&return_to=${encodeURIComponent(RETURN)}`;
  const flow = await begin(app, server.publicUrl, kind, 'api', query);
  const init = readText(flow.json, 'session_token_exchange_code');
  const callback = await toCallback(app, flow.action, { provider: 'acme', ...fields });
  const answer = await browser.get(callback, { accept: 'text/html' });
  const to = new URL(answer.location ?? '');
  return { flow, init, answer, code: to.searchParams.get('code') ?? '', next: to.searchParams.get('flow'), to };
}
const exchange = (init: string, code: string) =>
  app.get(`${server.publicUrl}/sessions/token-exchange?init_code=${init}&return_to_code=${code}`);

describe('a provider that nobody has configured', () => {
  test.each(['login', 'registration'] as const)('is not found: %s', async (kind) => {
    for (const more of [{}, { method: 'oidc' }, { id_token: 'a.b.c', id_token_nonce: 'n' }]) {
      const flow = await begin(app, server.publicUrl, kind, 'api');
      const answer = await app.post(flow.action, { json: { provider: 'initech', ...more } });
      expect([answer.status, read(answer.json, 'error.code')]).toEqual([404, 404]);
      const again = await app.get(`${server.publicUrl}/self-service/${kind}/flows?id=${flow.id}`);
      expect(read(again.json, 'state')).toBe('choose_method');
    }
  });
});

describe('an app whose person signs in in a browser', () => {
  test('gets the session for both codes, once, and the browser gets nothing', async () => {
    provider.says({ sub: 'ava', email: 'ava@example.org', email_verified: true, name: 'Ava' });
    const { init, answer, code, to } = await throughBrowser('login');
    expect([answer.status, to.origin + to.pathname, answer.setCookies]).toEqual([303, RETURN, []]);
    expect([init, code].map((each) => /^[A-Za-z0-9]{64}$/.test(each))).toEqual([true, true]);
    const other = await begin(app, server.publicUrl, 'login', 'api', '?return_session_token_exchange_code=true');
    const foreign = await exchange(readText(other.json, 'session_token_exchange_code'), code);
    const guessed = await exchange(init, `${code.slice(0, 63)}${code.endsWith('a') ? 'b' : 'a'}`);
    expect([foreign.status, guessed.status]).toEqual([404, 404]);
    const taken = await exchange(init, code);
    expect([taken.status, read(taken.json, 'session.identity.traits.email')]).toEqual([200, 'ava@example.org']);
    const headers = { 'x-session-token': readText(taken.json, 'session_token') };
    expect((await app.get(`${server.publicUrl}/sessions/whoami`, { headers })).status).toBe(200);
    expect((await exchange(init, code)).status).toBe(404);
    expect((await exchange(init, '')).status).toBe(400);

    const second = await throughBrowser('login');
    expect((await exchange(second.init, second.code)).status).toBe(200);

    const issued = eventsIn(server.log()).filter(({ event }) => event === 'session.issued');
    for (const event of issued) expectInCatalogue(event);
    expect(issued).toEqual([
      expect.objectContaining({ session: readText(taken.json, 'session.id'), device: 'app', cause: 'exchange' }),
      expect.anything(),
    ]);
  });

  test('gets a session without the account where a second factor is still to be given', async () => {
    provider.says({ sub: 'zoe', email: 'zoe@example.org', email_verified: true, name: 'Zoe' });
    const first = await throughBrowser('login');
    const { json } = await exchange(first.init, first.code);
    const id = readText(json, 'session.identity.id');
    const totp = { config: { totp_url: 'otpauth://totp/a?secret=JBSWY3DPEHPK3PXP' } };
    const change = { traits: read(json, 'session.identity.traits'), credentials: { totp } };
    const changed = await app.request('PUT', `${server.adminUrl}/admin/identities/${id}`, { json: change });
    expect(changed.status, changed.text).toBe(200);
    const second = await throughBrowser('login');
    const taken = await exchange(second.init, second.code);
    expect([taken.status, read(taken.json, 'session.identity')]).toEqual([200, null]);
    const headers = { 'x-session-token': readText(taken.json, 'session_token') };
    const asked = await app.get(`${server.publicUrl}/sessions/whoami`, { headers });
    expect(read(asked.json, 'error.id')).toBe('session_aal2_required');
  });

  test('is told in the flow what is missing, and goes on with the code it has', async () => {
    provider.says({ sub: 'ben', email: 'ben@example.org', email_verified: true });
    const { init, code, next } = await throughBrowser('login');
    expect([code, next === null]).toEqual(['', false]);
    const form = await app.get(`${server.publicUrl}/self-service/registration/flows?id=${next}`);
    expect(messagesOf(form.json, 'traits.name')).toEqual([4000002]);
    expect(read(form.json, 'session_token_exchange_code')).toBeUndefined();
    const fields = { provider: 'acme', traits: { email: 'ben@example.org', name: 'Ben' } };
    const callback = await toCallback(app, readText(form.json, 'ui.action'), fields);
    const back = new URL((await browser.get(callback, { accept: 'text/html' })).location ?? '');
    const taken = await exchange(init, back.searchParams.get('code') ?? '');
    expect([taken.status, read(taken.json, 'session.identity.traits.name')]).toEqual([200, 'Ben']);
  });

  test('cannot begin without codes: its session would end up in a browser', async () => {
    const flow = await begin(app, server.publicUrl, 'login', 'api');
    const answer = await app.post(flow.action, { json: { method: 'oidc', provider: 'acme' } });
    expect([answer.status, messagesOf(answer.json)]).toEqual([400, [4000001]]);
    expect(read(flow.json, 'session_token_exchange_code')).toBeUndefined();
  });
});

describe('an app that has an ID token from the provider', () => {
  /** A token as the provider's own sign-in on a phone would give it. */
  const idToken = async (claims: Readonly<Record<string, unknown>>): Promise<string> =>
    provider.server.issuer.buildToken({
      scopesOrTransform: (_header, payload) => {
        Object.assign(payload, { aud: 'the-app', nonce: 'asked-by-the-app', email_verified: true, ...claims });
      },
    });
  const send = async (kind: 'login' | 'registration', fields: Readonly<Record<string, unknown>>) => {
    const flow = await begin(app, server.publicUrl, kind, 'api');
    return app.post(flow.action, { json: { method: 'oidc', provider: 'phone', ...fields } });
  };

  test('is registered, and signed in from then on, without a browser', async () => {
    const who = { sub: 'cal', email: 'cal@example.org', name: 'Cal' };
    const fields = { id_token: await idToken(who), id_token_nonce: 'asked-by-the-app' };
    const first = await send('login', fields);
    expect([first.status, read(first.json, 'identity.traits.email')]).toEqual([200, 'cal@example.org']);
    expect(read(first.json, 'session_token')).toMatch(/^ory_st_/);
    const second = await send('login', fields);
    expect([second.status, read(second.json, 'session.identity.id')]).toEqual([200, read(first.json, 'identity.id')]);
    const third = await send('registration', fields);
    expect(read(third.json, 'session.identity.id')).toBe(read(first.json, 'identity.id'));
  });

  test('with traits missing gives them along with the same token', async () => {
    const who = { sub: 'dee', email: 'dee@example.org' };
    const fields = { id_token: await idToken(who), id_token_nonce: 'asked-by-the-app' };
    const asked = await send('registration', fields);
    expect([asked.status, messagesOf(asked.json, 'traits.name')]).toEqual([400, [4000002]]);
    const traits = { email: 'dee@example.org', name: 'Dee' };
    const answer = await app.post(readText(asked.json, 'ui.action'), {
      json: { method: 'oidc', provider: 'phone', ...fields, traits },
    });
    expect([answer.status, read(answer.json, 'identity.traits')]).toEqual([200, traits]);
  });

  test.each<readonly [string, Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>]>([
    ['of another nonce', {}, { id_token_nonce: 'another' }],
    ['without a nonce in it', { nonce: undefined }, {}],
    ['without a nonce beside it', {}, { id_token_nonce: undefined }],
    ['for another app', { aud: 'another-app' }, {}],
    ['of another issuer', { iss: 'https://provider.example' }, {}],
    ['that is over', { exp: 1 }, {}],
    ['of a provider that hands none to apps', {}, { provider: 'acme' }],
    ['that is none', {}, { id_token: 'eyJhbGciOiJub25lIn0.e30.' }],
  ])('%s is refused', async (_name, claims, fields) => {
    const before = await countStored(server.adminUrl);
    const token = await idToken({ sub: 'dev', email: 'dev@example.org', name: 'Dev', ...claims });
    const answer = await send('login', { id_token: token, id_token_nonce: 'asked-by-the-app', ...fields });
    expect(answer.status).toBe(400);
    expect(await countStored(server.adminUrl)).toEqual(before);
  });
});
