import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { type Answer, type HttpClient, read, readList, readText } from '../support/http-client.ts';
import { createHttpClients } from '../support/http-clients.ts';
import { OIDC_FILES, oidcConfig, providerEntry } from '../support/oidc-config.ts';
import { startProvider, type TestProvider, viaProvider } from '../support/provider.ts';
import { begin, messagesOf } from '../support/self-service.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const PASSWORD = 'a lighthouse in the fog';

let server: EmbeddedServer;
let provider: TestProvider;
let later = 0;
let count = 0;
const { open, close } = createHttpClients();

beforeAll(async () => {
  provider = await startProvider();
  const flows = { settings: { privileged_session_max_age: '5m', required_aal: 'aal1' } };
  const providers = [
    providerEntry('acme', provider),
    providerEntry('trusted', provider, { trust_refresh: true }),
    providerEntry('phone', provider, { provider: 'google', additional_id_token_audiences: ['the-app'] }),
    { ...providerEntry('hub', provider, { provider: 'github' }), issuer_url: undefined },
  ];
  server = await startEmbedded({ config: oidcConfig({ providers, flows }), files: OIDC_FILES });
});
afterAll(async () => {
  close();
  await server.stop();
  await provider.stop();
});

/** The server's clock, in the seconds of `auth_time`. */
const seconds = (ago: number): number => Math.floor((Date.now() + later - ago) / 1_000);
/** What the provider says from now on, in tokens that the server's clock finds valid. */
const says = (claims: Readonly<Record<string, unknown>>): void =>
  provider.says({ iat: seconds(0), exp: seconds(-DAY), ...claims });
function pass(milliseconds: number): void {
  later += milliseconds;
  server.pass(milliseconds);
}

interface Person {
  readonly browser: HttpClient;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Somebody with a password who signed in through the provider, too long ago for what is protected. */
async function arrive(id = 'acme'): Promise<Person> {
  const browser = open();
  const name = `person${(count += 1)}`;
  const claims = { sub: name, email: `${name}@example.org`, email_verified: true, name };
  says(claims);
  const registration = await begin(browser, server.publicUrl, 'registration', 'browser');
  await viaProvider(browser, registration.action, { provider: id, csrf_token: registration.csrf });
  expect((await changePassword(browser, PASSWORD)).status).toBe(200);
  pass(10 * MINUTE);
  return { browser, claims };
}

async function changePassword(browser: HttpClient, password: string): Promise<Answer> {
  const flow = await begin(browser, server.publicUrl, 'settings', 'browser');
  return browser.post(flow.action, { json: { method: 'password', csrf_token: flow.csrf, password } });
}

const provedAt = async (browser: HttpClient): Promise<string> =>
  readText((await browser.get(`${server.publicUrl}/sessions/whoami`)).json, 'authenticated_at');

/** Confirms through the provider, which says so much about when; `ago` is before the flow begins. */
async function confirm({ browser, claims }: Person, said: (begun: number) => object, id = 'acme'): Promise<Answer> {
  const flow = await begin(browser, server.publicUrl, 'login', 'browser', '?refresh=true');
  says({ ...claims, ...said(seconds(0)) });
  return viaProvider(browser, flow.action, { provider: id, csrf_token: flow.csrf });
}

test.each<readonly [string, (begun: number) => object]>([
  ['of thirty days ago', () => ({ auth_time: seconds(30 * DAY) })],
  ['of two minutes before the flow', (begun) => ({ auth_time: begun - 120 })],
  ['that is not told', () => ({})],
  ['that is a text', (begun) => ({ auth_time: String(begun) })],
  ['that is still to come', (begun) => ({ auth_time: begun + 3_600 })],
  ['that is nothing', () => ({ auth_time: 0 })],
])('a proof at the provider %s confirms nothing, and the other ways stay', async (_name, said) => {
  const person = await arrive();
  const before = await provedAt(person.browser);
  const answer = await confirm(person, said);
  const shown = new URL(answer.location ?? '');
  expect([answer.status, shown.pathname]).toEqual([303, '/login']);
  expect(await provedAt(person.browser)).toBe(before);
  expect((await changePassword(person.browser, 'clouds over the harbour')).status).toBe(403);

  const id = shown.searchParams.get('flow') ?? '';
  const form = (await person.browser.get(`${server.publicUrl}/self-service/login/flows?id=${id}`)).json;
  expect(messagesOf(form)).toContain(4000001);
  const names = readList(form, 'ui.nodes').map((node) => read(node, 'attributes.name'));
  expect(names).toContain('password');
  const fields = { method: 'password', password: PASSWORD, identifier: person.claims['email'] };
  const csrf = readList(form, 'ui.nodes').find((node) => read(node, 'attributes.name') === 'csrf_token');
  const json = { ...fields, csrf_token: read(csrf, 'attributes.value') };
  expect((await person.browser.post(readText(form, 'ui.action'), { json })).status).toBe(200);
  expect(await provedAt(person.browser)).not.toBe(before);
});

test('a proof that is newer than the flow confirms, and is asked for', async () => {
  const person = await arrive();
  const before = await provedAt(person.browser);
  const flow = await begin(person.browser, server.publicUrl, 'login', 'browser', '?refresh=true');
  const json = { method: 'oidc', provider: 'acme', csrf_token: flow.csrf, upstream_parameters: { prompt: 'none' } };
  const sent = await person.browser.post(flow.action, { json });
  const asked = new URL(readText(sent.json, 'redirect_browser_to')).searchParams;
  expect([asked.get('max_age'), asked.get('prompt')]).toEqual(['300', 'login']);
  const answer = await confirm(person, (begun) => ({ auth_time: begun }));
  expect(new URL(answer.location ?? '').pathname).toBe('/home');
  expect(await provedAt(person.browser)).not.toBe(before);
  expect((await changePassword(person.browser, 'clouds over the harbour')).status).toBe(200);
});

test('a sign-in asks for no age', async () => {
  const browser = open();
  const flow = await begin(browser, server.publicUrl, 'login', 'browser');
  const sent = await browser.post(flow.action, {
    json: { method: 'oidc', provider: 'acme', csrf_token: flow.csrf },
  });
  expect(new URL(readText(sent.json, 'redirect_browser_to')).searchParams.get('max_age')).toBeNull();
});

test('the word of a provider counts without a time where that is written, and an old proof does not', async () => {
  const person = await arrive('trusted');
  await confirm(person, () => ({ auth_time: seconds(DAY) }), 'trusted');
  expect((await changePassword(person.browser, 'clouds over the harbour')).status).toBe(403);
  await confirm(person, () => ({}), 'trusted');
  expect((await changePassword(person.browser, 'clouds over the harbour')).status).toBe(200);
});

test('nobody is sent to a provider that cannot tell a time', async () => {
  const { browser } = await arrive();
  const flow = await begin(browser, server.publicUrl, 'login', 'browser', '?refresh=true');
  const answer = await browser.post(flow.action, { json: { method: 'oidc', provider: 'hub', csrf_token: flow.csrf } });
  expect([answer.status, messagesOf(answer.json)]).toEqual([400, expect.arrayContaining([4000001])]);
});

test('an ID token of an app confirms by its time, too, and not by when it was made', async () => {
  const app = open(false);
  const who = { sub: 'phone-person', email: 'phone@example.org', email_verified: true, name: 'Pho' };
  const token = (more: Readonly<Record<string, unknown>>): Promise<string> =>
    provider.server.issuer.buildToken({
      scopesOrTransform: (_header, payload) => {
        Object.assign(payload, who, { aud: 'the-app', nonce: 'asked', exp: seconds(-DAY), iat: seconds(0) }, more);
      },
    });
  const send = async (query: string, more: Readonly<Record<string, unknown>>, headers = {}): Promise<Answer> => {
    const begun = await app.get(`${server.publicUrl}/self-service/login/api${query}`, { headers });
    const json = { method: 'oidc', provider: 'phone', id_token: await token(more), id_token_nonce: 'asked' };
    return app.post(readText(begun.json, 'ui.action'), { json, headers });
  };
  const headers = { 'x-session-token': readText((await send('', {})).json, 'session_token') };
  pass(10 * MINUTE);
  for (const more of [{}, { auth_time: seconds(5_000) }, { iat: seconds(50_000), auth_time: seconds(50_000) }]) {
    const answer = await send('?refresh=true', more, headers);
    expect([answer.status, messagesOf(answer.json)]).toEqual([400, expect.arrayContaining([4000001])]);
  }
  expect((await send('?refresh=true', { auth_time: seconds(-1_000) }, headers)).status).toBe(200);
});

test.each<readonly [string, Readonly<Record<string, string>>, object, object]>([
  ['a company’s domain', { hd: 'example.org' }, { hd: 'else.example' }, { hd: 'example.org' }],
  ['a class of proof', { acr_values: 'gold' }, { acr: 'bronze' }, { acr: 'gold' }],
])('%s that was asked for is looked for in the answer', async (_name, asked, other, right) => {
  const browser = open();
  const name = `asked${(count += 1)}`;
  const go = async (more: object): Promise<Answer> => {
    const flow = await begin(browser, server.publicUrl, 'login', 'browser');
    says({ sub: name, email: `${name}@example.org`, email_verified: true, name, ...more });
    return viaProvider(browser, flow.action, {
      provider: 'acme',
      csrf_token: flow.csrf,
      upstream_parameters: asked,
    });
  };
  expect(new URL((await go(other)).location ?? '').pathname).toBe('/login');
  expect((await browser.get(`${server.publicUrl}/sessions/whoami`)).status).toBe(401);
  expect(new URL((await go(right)).location ?? '').pathname).toBe('/home');
});
