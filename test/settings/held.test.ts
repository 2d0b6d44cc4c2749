import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { createHttpClient, type HttpClient, read, readText } from '../support/http-client.ts';
import { createHttpClients } from '../support/http-clients.ts';
import { begin, messagesOf, type Person, register, signIn, valueOf } from '../support/self-service.ts';

const CHANGED = 'bells of the old town';
const MINUTE = 60_000;

describe('a change that needs a fresh proof', () => {
  let server: EmbeddedServer;
  let count = 0;
  let person: Person;
  const { open, close } = createHttpClients();
  beforeAll(async () => {
    const config = BASIC_CONFIG.replace(
      'settings: {',
      'settings: { privileged_session_max_age: 5m, required_aal: aal1, ',
    );
    server = await startEmbedded({ config, files: BASIC_FILES });
  });
  beforeEach(() => {
    person = { email: `held${(count += 1)}@sallyport.test`, password: 'clouds over the harbour' };
  });
  afterAll(async () => {
    close();
    await server.stop();
  });

  /** A browser in which somebody new signed in, too long ago for what is protected. */
  async function arrive(): Promise<HttpClient> {
    const browser = open();
    await register(browser, server.publicUrl, person, 'browser');
    server.pass(10 * MINUTE);
    return browser;
  }

  /** Puts a new password aside in that browser; gives the address of the way back. */
  async function hold(browser: HttpClient): Promise<{ readonly id: string; readonly back: string }> {
    const flow = await begin(browser, server.publicUrl, 'settings', 'browser');
    const form = { method: 'password', csrf_token: flow.csrf, password: CHANGED };
    const answer = await browser.post(flow.action, { form, accept: 'text/html' });
    expect(answer.status).toBe(303);
    const login = new URL(answer.location ?? '');
    expect(`${login.origin}${login.pathname}`).toBe(`${server.publicUrl}/self-service/login/browser`);
    expect(login.searchParams.get('refresh')).toBe('true');
    return { id: flow.id, back: login.searchParams.get('return_to') ?? '' };
  }

  async function confirm(browser: HttpClient): Promise<void> {
    const flow = await begin(browser, server.publicUrl, 'login', 'browser', '?refresh=true');
    const json = { method: 'password', csrf_token: flow.csrf, identifier: person.email, password: person.password };
    expect((await browser.post(flow.action, { json })).status).toBe(200);
  }

  const comeBack = (browser: HttpClient, url: string) => browser.get(url, { accept: 'text/html' });
  async function worksWith(password: string): Promise<boolean> {
    return (await signIn(open(false), server.publicUrl, { ...person, password })).status === 200;
  }
  const state = async (browser: HttpClient, id: string) =>
    read((await browser.get(`${server.publicUrl}/self-service/settings/flows?id=${id}`)).json, 'state');

  test('Nothing is stored before it; after it the way back completes the change, once.', async () => {
    const browser = await arrive();
    const { id, back } = await hold(browser);
    expect(back).toBe(`${server.publicUrl}/self-service/settings?flow=${id}`);
    expect(await state(browser, id)).toBe('show_form');
    await confirm(browser);
    expect((await comeBack(browser, back)).location).toBe(`http://127.0.0.1:4455/settings?flow=${id}`);
    expect(await state(browser, id)).toBe('success');
    expect([await worksWith(person.password), await worksWith(CHANGED)]).toEqual([false, true]);

    // Used up: the same address does nothing any more, whatever the password has become since.
    const flow = await begin(browser, server.publicUrl, 'settings', 'browser');
    const json = { method: 'password', csrf_token: flow.csrf, password: 'a third one, rather long' };
    expect((await browser.post(flow.action, { json })).status).toBe(200);
    await comeBack(browser, back);
    expect([await worksWith(CHANGED), await worksWith('a third one, rather long')]).toEqual([false, true]);
  });

  test('Who comes back without a proof is asked for it again, and nothing is stored.', async () => {
    const browser = await arrive();
    const { back } = await hold(browser);
    expect((await comeBack(browser, back)).location).toContain('/self-service/login/browser?refresh=true');
    expect(await worksWith(CHANGED)).toBe(false);
  });

  test('After a quarter of an hour the change is gone.', async () => {
    const browser = await arrive();
    const { id, back } = await hold(browser);
    server.pass(16 * MINUTE);
    await confirm(browser);
    await comeBack(browser, back);
    const { json } = await browser.get(`${server.publicUrl}/self-service/settings/flows?id=${id}`);
    expect([read(json, 'state'), messagesOf(json), messagesOf(json, 'password')]).toEqual(['show_form', [], []]);
    expect(await worksWith(CHANGED)).toBe(false);
  });

  test('A change put aside in another browser is not completed by a link, though the person is the same.', async () => {
    const thief = await arrive();
    const { back } = await hold(thief);
    const owner = open();
    await signIn(owner, server.publicUrl, person, 'browser');
    await comeBack(owner, back);
    expect([await worksWith(person.password), await worksWith(CHANGED)]).toEqual([true, false]);
  });

  test('A native app’s change is not put aside at all: no browser can be led to complete it.', async () => {
    const app = open(false);
    const token = readText((await register(app, server.publicUrl, person)).json, 'session_token');
    server.pass(10 * MINUTE);
    const headers = { 'x-session-token': token };
    const begun = await app.get(`${server.publicUrl}/self-service/settings/api`, { headers });
    const json = { method: 'password', password: CHANGED };
    const answer = await app.post(readText(begun.json, 'ui.action'), { headers, json });
    expect([answer.status, read(answer.json, 'error.id')]).toEqual([403, 'session_refresh_required']);

    const owner = open();
    await signIn(owner, server.publicUrl, person, 'browser');
    await comeBack(owner, `${server.publicUrl}/self-service/settings?flow=${readText(begun.json, 'id')}`);
    expect([await worksWith(person.password), await worksWith(CHANGED)]).toEqual([true, false]);
  });

  test('Somebody else is refused, whatever they have proved.', async () => {
    const { back } = await hold(await arrive());
    const other = open();
    await register(other, server.publicUrl, { ...person, email: `other${count}@sallyport.test` }, 'browser');
    const answer = await other.get(back, { headers: { 'content-type': 'application/json' } });
    expect([answer.status, read(answer.json, 'error.id')]).toEqual([403, 'security_identity_mismatch']);
    expect(await worksWith(CHANGED)).toBe(false);
  });

  test('An address is protected, a name is not.', async () => {
    const browser = await arrive();
    const flow = await begin(browser, server.publicUrl, 'settings', 'browser');
    const send = (traits: object) =>
      browser.post(flow.action, { json: { method: 'profile', csrf_token: flow.csrf, traits } });
    expect((await send({ email: person.email, name: 'Grace' })).status).toBe(200);
    const refused = await send({ email: `new${count}@sallyport.test`, name: 'Grace' });
    expect([refused.status, read(refused.json, 'error.id')]).toEqual([403, 'session_refresh_required']);
    const spelled = await send({ email: person.email.toUpperCase(), name: 'Hopper' });
    expect(messagesOf(spelled.json)).toEqual([1050001]);
    expect(valueOf(spelled.json, 'traits.name')).toBe('Hopper');
  });

  test('Asking another way does not make an old session fresh: extension and devices leave the proof as old as it is.', async () => {
    const browser = await arrive();
    const session = readText((await browser.get(`${server.publicUrl}/sessions/whoami`)).json, 'id');
    const extended = await open(false).request('PATCH', `${server.adminUrl}/admin/sessions/${session}/extend`);
    expect(extended.status).toBeLessThan(300);
    await hold(browser);
    expect(await worksWith(CHANGED)).toBe(false);
  });
});

describe('settings of an account with a second factor', () => {
  let server: EmbeddedServer;
  beforeAll(async () => {
    server = await startEmbedded({ config: BASIC_CONFIG, files: BASIC_FILES });
  });
  afterAll(() => server.stop());

  test('ask for it, on every way to what is the person’s', async () => {
    const browser = createHttpClient();
    const person = { email: 'two@sallyport.test', password: 'clouds over the harbour' };
    const { json } = await register(browser, server.publicUrl, person, 'browser');
    const flow = await begin(browser, server.publicUrl, 'settings', 'browser');
    const id = readText(json, 'identity.id');
    const { publicUrl, store } = server;
    const identity = await store.identities.find(id as Parameters<typeof store.identities.find>[0]);
    if (identity === undefined) throw new Error('the person is gone');
    await store.transaction((unit) => unit.identities.update({ ...identity, availableAal: 'aal2' }, {}));

    const body = { json: { method: 'password', csrf_token: flow.csrf, password: CHANGED } };
    const answers = [
      await browser.get(`${publicUrl}/self-service/settings/browser`),
      await browser.get(`${publicUrl}/self-service/settings/flows?id=${flow.id}`),
      await browser.post(flow.action, body),
      await browser.get(`${publicUrl}/sessions`),
      await browser.request('DELETE', `${publicUrl}/sessions`),
      await browser.get(`${publicUrl}/sessions/whoami`),
    ];
    for (const { status, json: error } of answers)
      expect([status, read(error, 'error.id')]).toEqual([403, 'session_aal2_required']);
    const to = `${publicUrl}/self-service/login/browser?aal=aal2`;
    for (const page of ['/', '/ui/sessions', '/self-service/settings/browser'])
      expect((await browser.get(`${publicUrl}${page}`, { accept: 'text/html' })).location).toBe(to);
    expect((await signIn(createHttpClient({ cookies: false }), publicUrl, person)).status).toBe(200);
    browser.close();
  });
});
