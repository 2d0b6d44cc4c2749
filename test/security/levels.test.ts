import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { oneTimeCode } from '../../src/testing/authenticator/one-time-code.ts';
import { createPerson } from '../support/admin.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { type Answer, type HttpClient, read, readText } from '../support/http-client.ts';
import { createHttpClients } from '../support/http-clients.ts';
import { newestCode } from '../support/mailbox.ts';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { nodeOf } from '../support/second-factors.ts';
import { begin, messagesOf, signIn, valueOf } from '../support/self-service.ts';

const email = 'ada@sallyport.test';
const password = 'clouds over the harbour';
const METHODS = `  methods:
    totp: { enabled: true }
    oidc: { enabled: true, config: { providers: [{ id: acme, provider: generic, client_id: a, client_secret: b, issuer_url: 'http://127.0.0.1:1/', mapper_url: 'base64://e30=' }] } }
`;
const UI = 'http://127.0.0.1:4455';

/** A code to the only address: everybody has a second factor at once. */
describe('an account with a second factor', () => {
  let server: EmbeddedServer;
  const clients = createHttpClients();
  /** Signed in with the password alone, as a browser and as an app; and with both factors. */
  let weak: HttpClient;
  let weakToken: string;
  let strong: HttpClient;
  let flow: { readonly id: string; readonly csrf: string };
  beforeAll(async () => {
    server = await startEmbedded({
      config: mailConfig({ uri: 'smtp://127.0.0.1:1/' }, { mfa: true })
        .replace('  methods:\n', METHODS)
        .replace('selfservice:\n', `selfservice:\n  allowed_return_urls: ['${UI}']\n`),
      files: MAIL_FILES,
    });
    await createPerson(server.adminUrl, { email, password });
    strong = clients.open();
    await signIn(strong, server.publicUrl, { email, password }, 'browser');
    await giveCode(strong);
    weak = clients.open();
    await signIn(weak, server.publicUrl, { email, password }, 'browser');
    const app = clients.open(false);
    weakToken = readText((await signIn(app, server.publicUrl, { email, password })).json, 'session_token');
    // Begun with both factors; its address is known to whoever has one.
    flow = await begin(strong, server.publicUrl, 'settings', 'browser');
  });
  afterAll(async () => {
    clients.close();
    await server.stop();
  });

  /** The step-up by the code that is sent at once. */
  async function giveCode(browser: HttpClient): Promise<Answer> {
    server.pass(31_000);
    const { action, csrf } = await begin(browser, server.publicUrl, 'login', 'browser', '?aal=aal2');
    const json = { method: 'code', code: await newestCode(server, email), csrf_token: csrf };
    return await browser.post(action, { json });
  }
  const stepUp = (back?: string): string =>
    `${server.publicUrl}/self-service/login/browser?aal=aal2${back === undefined ? '' : `&return_to=${encodeURIComponent(back)}`}`;
  const expectRefused = ({ status, json, text }: Answer, back?: string): void => {
    const to = stepUp(back);
    expect([status, read(json, 'error.id'), read(json, 'redirect_browser_to')]).toEqual([
      403,
      'session_aal2_required',
      to,
    ]);
    expect(read(json, 'error.details.redirect_browser_to')).toBe(to);
    expect(text).not.toContain(email);
  };

  test.each([
    ['GET', '/sessions/whoami'],
    ['GET', '/sessions'],
    ['DELETE', '/sessions'],
    ['DELETE', '/sessions/00000000-0000-4000-8000-000000000000'],
    ['GET', '/self-service/settings/browser'],
  ])('is asked for it by %s %s, whatever the client speaks', async (method, path) => {
    const headers = { 'x-session-token': weakToken };
    // With both factors it is answered, and nothing is asked for.
    expect((await strong.get(`${server.publicUrl}/sessions/whoami`)).status).toBe(200);
    expectRefused(await weak.request(method, `${server.publicUrl}${path}`));
    const asApp = path.endsWith('/browser') ? path.replace('/browser', '/api') : path;
    expectRefused(await clients.open(false).request(method, `${server.publicUrl}${asApp}`, { headers }));
    const nobody = await clients.open().request(method, `${server.publicUrl}${path}`);
    expect(nobody.status).toBe(401);
  });

  test('is led back to the settings it asked for', async () => {
    const { publicUrl } = server;
    const open = `${publicUrl}/self-service/settings/browser?return_to=${encodeURIComponent(`${UI}/home`)}`;
    expectRefused(await weak.get(open), open);
    expect((await weak.get(open, { accept: 'text/html' })).location).toBe(stepUp(open));
    const submit = `${publicUrl}/self-service/settings?flow=${flow.id}`;
    expectRefused(
      await weak.get(`${publicUrl}/self-service/settings/flows?id=${flow.id}`),
      `${UI}/settings?flow=${flow.id}`,
    );
    const json = { method: 'password', password: 'bells of the old town', csrf_token: flow.csrf };
    expectRefused(await weak.post(submit, { json }), submit);
    const form = await weak.post(submit, { form: json, accept: 'text/html' });
    expect([form.status, form.location]).toEqual([303, stepUp(submit)]);
    expect((await signIn(clients.open(false), publicUrl, { email, password })).status).toBe(200);
  });

  test('may sign out, recover, verify and step up without it', async () => {
    const { publicUrl } = server;
    const other = clients.open();
    await signIn(other, publicUrl, { email, password }, 'browser');
    for (const path of ['recovery', 'verification'])
      expect((await other.get(`${publicUrl}/self-service/${path}/browser`)).status, path).not.toBe(403);
    expect((await other.get(`${publicUrl}/self-service/login/browser?aal=aal2`)).status).toBe(200);
    const out = await other.get(`${publicUrl}/self-service/logout/browser`);
    expect(out.status).toBe(200);
    expect((await other.get(readText(out.json, 'logout_url'))).status).toBe(204);
    expect((await other.get(`${publicUrl}/sessions/whoami`)).status).toBe(401);
  });

  test('is half signed in after the first factor: no answer holds its traits', async () => {
    const other = clients.open();
    const first = await signIn(other, server.publicUrl, { email, password }, 'browser');
    expect([first.status, read(first.json, 'redirect_browser_to')]).toEqual([422, stepUp()]);
    expect(first.text).not.toContain(email);
    const app = await signIn(clients.open(false), server.publicUrl, { email, password });
    expect([
      app.status,
      read(app.json, 'session.authenticator_assurance_level'),
      read(app.json, 'session.identity'),
    ]).toEqual([200, 'aal1', null]);
    expect(app.text).not.toContain(email);
  });

  test('carries where to return to from the first factor to the second', async () => {
    const { publicUrl } = server;
    const other = clients.open();
    const back = `${UI}/home/safe`;
    const query = `?return_to=${encodeURIComponent(back)}`;
    const first = await begin(other, publicUrl, 'login', 'browser', query);
    const answer = await other.post(first.action, {
      form: { method: 'password', identifier: email, password, csrf_token: first.csrf },
      accept: 'text/html',
    });
    expect([answer.status, answer.location]).toEqual([303, stepUp(back)]);
  });

  describe('that recovers by mail', () => {
    let browser: HttpClient;
    let settings: { readonly id: string; readonly csrf: string };
    beforeAll(async () => {
      browser = clients.open();
      server.pass(31_000);
      const { action, csrf } = await begin(browser, server.publicUrl, 'recovery', 'browser');
      await browser.post(action, { json: { method: 'code', email, csrf_token: csrf } });
      const code = await newestCode(server, email);
      const given = await browser.post(action, {
        form: { method: 'code', code, csrf_token: csrf },
        accept: 'text/html',
      });
      const id = new URL(given.location ?? '').searchParams.get('flow') ?? '';
      const shown = await browser.get(`${server.publicUrl}/self-service/settings/flows?id=${id}`);
      settings = { id, csrf: valueOf(shown.json, 'csrf_token') };
    });

    test('is not at the second level, and no message to the same mailbox takes it there', async () => {
      expectRefused(await browser.get(`${server.publicUrl}/sessions/whoami`));
      server.pass(31_000);
      // The step-up asks for the password in its place.
      const flow = await begin(browser, server.publicUrl, 'login', 'browser', '?aal=aal2');
      expect([read(flow.json, 'requested_aal'), read(flow.json, 'refresh'), messagesOf(flow.json)]).toEqual([
        'aal1',
        true,
        [1010003],
      ]);
      const code = await browser.post(flow.action, { json: { address: email, csrf_token: flow.csrf } });
      expect([code.status, messagesOf(code.json)]).toEqual([400, [4010002]]);
      // The form of a second factor that was begun elsewhere gives it none, either.
      const begun = await begin(browser, server.publicUrl, 'login', 'browser', '?aal=aal2&refresh=true');
      const asked = await browser.post(begun.action, { json: { address: email, csrf_token: begun.csrf } });
      expect([asked.status, messagesOf(asked.json)]).toEqual([400, [4000035]]);
    });

    test('adds no factor: a message alone enrols nothing (security WA-6)', async () => {
      const shown = await browser.get(`${server.publicUrl}/self-service/settings/flows?id=${settings.id}`);
      const secret = readText(nodeOf(shown.json, 'totp_secret_key'), 'attributes.text.context.secret');
      const json = { method: 'totp', totp_code: oneTimeCode(secret, Date.now()), csrf_token: settings.csrf };
      for (const change of [json, { link: 'acme', csrf_token: settings.csrf }]) {
        const address = `${server.publicUrl}/self-service/settings?flow=${settings.id}`;
        const refused = await browser.post(address, { json: change });
        expect([refused.status, read(refused.json, 'error.id')]).toEqual([403, 'session_aal2_required']);
      }
    });

    test('sets a new password, and gives both factors with it', async () => {
      const { publicUrl } = server;
      const fresh = 'bells of the old town';
      const submit = `${publicUrl}/self-service/settings?flow=${settings.id}`;
      const json = { method: 'password', password: fresh, csrf_token: settings.csrf };
      expect((await browser.post(submit, { json })).status).toBe(200);
      expectRefused(await browser.get(`${publicUrl}/sessions/whoami`));
      const refresh = await begin(browser, publicUrl, 'login', 'browser', '?aal=aal2');
      const first = await browser.post(refresh.action, {
        json: { method: 'password', identifier: email, password: fresh, csrf_token: refresh.csrf },
      });
      expect([first.status, read(first.json, 'redirect_browser_to')]).toEqual([422, stepUp()]);
      expect((await giveCode(browser)).status).toBe(200);
      const { json: session } = await browser.get(`${publicUrl}/sessions/whoami`);
      expect(read(session, 'authenticator_assurance_level')).toBe('aal2');
    });
  });
});
