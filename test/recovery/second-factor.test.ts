import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { oneTimeCode } from '../../src/testing/authenticator/one-time-code.ts';
import { createPerson } from '../support/admin.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { createHttpClient, type HttpClient, read, readText } from '../support/http-client.ts';
import { newestCode, newestLink } from '../support/mailbox.ts';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { pressLink } from '../support/mailed-link.ts';
import {
  createScene,
  methodsOf,
  nodeOf,
  type Scene,
  setUpApp,
  type Someone,
  STEP,
  stepUp,
} from '../support/second-factors.ts';
import { begin, messagesOf, signIn, valueOf } from '../support/self-service.ts';

const FRESH = 'bells of the old town';
const ON = '  methods:\n    totp: { enabled: true }\n    lookup_secret: { enabled: true }\n';

describe.each(['code', 'link'] as const)('whoever recovers by a %s and has an authenticator app', (use) => {
  let server: EmbeddedServer;
  let scene: Scene;
  let owner: Someone;
  let secret: string;
  /** The browser that recovers, and the settings flow that the recovery ends in. */
  let browser: HttpClient;
  let settings: string;
  beforeAll(async () => {
    const config = mailConfig({ uri: 'smtp://127.0.0.1:1/' }, { use }).replace('  methods:\n', ON);
    server = await startEmbedded({ config, files: MAIL_FILES });
    scene = createScene(server);
    const person = { email: 'ada@sallyport.test', password: 'clouds over the harbour' };
    await createPerson(server.adminUrl, person);
    owner = await scene.signInAgain({ person });
    secret = await setUpApp(scene, owner);
    browser = createHttpClient();
    const location = await recover();
    settings = new URL(location).searchParams.get('flow') ?? '';
  });
  afterAll(async () => {
    browser.close();
    scene.close();
    await server.stop();
  });

  async function recover(): Promise<string> {
    scene.pass(31_000);
    const { email } = owner.person;
    const { action, csrf } = await begin(browser, server.publicUrl, 'recovery', 'browser');
    await browser.post(action, { json: { method: use, email, csrf_token: csrf } });
    if (use === 'link') return (await pressLink(browser, await newestLink(server, email))).location ?? '';
    const code = await newestCode(server, email);
    const form = { method: 'code', code, csrf_token: csrf };
    return (await browser.post(action, { form, accept: 'text/html' })).location ?? '';
  }
  const submit = () => `${server.publicUrl}/self-service/settings?flow=${settings}`;
  const change = (json: object) => browser.post(submit(), { json: { csrf_token: 'none', ...json } });

  test('is signed in on the first level: nothing is shown, and nothing is changed', async () => {
    const { publicUrl } = server;
    const ui = `http://127.0.0.1:4455/settings?flow=${settings}`;
    const to = (back: string) =>
      `${publicUrl}/self-service/login/browser?aal=aal2&return_to=${encodeURIComponent(back)}`;
    const shown = await browser.get(`${publicUrl}/self-service/settings/flows?id=${settings}`);
    expect([shown.status, read(shown.json, 'redirect_browser_to')]).toEqual([403, to(ui)]);
    const refused = [
      await change({ method: 'password', password: FRESH }),
      await change({ method: 'profile', traits: { email: 'thief@sallyport.test' } }),
      await change({ method: 'totp', totp_unlink: true }),
      await change({ method: 'lookup_secret', lookup_secret_regenerate: true }),
    ];
    for (const { status, json } of refused)
      expect([status, read(json, 'error.id'), read(json, 'redirect_browser_to')]).toEqual([
        403,
        'session_aal2_required',
        to(submit()),
      ]);
    for (const path of ['/sessions/whoami', '/sessions', '/self-service/settings/browser'])
      expect((await browser.get(`${publicUrl}${path}`)).status).toBe(403);
    expect((await signIn(createHttpClient({ cookies: false }), publicUrl, owner.person)).status).toBe(200);
  });

  test('gives the factor, comes back to the settings, and sets a new password', async () => {
    const { publicUrl } = server;
    scene.pass(STEP);
    const flow = await begin(
      browser,
      publicUrl,
      'login',
      'browser',
      `?aal=aal2&return_to=${encodeURIComponent(submit())}`,
    );
    expect(nodeOf(flow.json, 'totp_code')).toBeDefined();
    const json = { method: 'totp', totp_code: oneTimeCode(secret, scene.now()), csrf_token: flow.csrf };
    const given = await browser.post(flow.action, { json });
    expect(methodsOf(read(given.json, 'session'))).toEqual([`${use}_recovery aal1`, 'totp aal2']);
    const shown = await browser.get(`${publicUrl}/self-service/settings/flows?id=${settings}`);
    expect(shown.status).toBe(200);
    const password = { method: 'password', password: FRESH, csrf_token: valueOf(shown.json, 'csrf_token') };
    const saved = await browser.post(submit(), { json: password });
    expect([saved.status, messagesOf(saved.json)]).toEqual([200, [1050001]]);
    const person = { email: owner.person.email, password: FRESH };
    const again = await signIn(createHttpClient({ cookies: false }), publicUrl, person);
    expect([again.status, readText(again.json, 'session.authenticator_assurance_level')]).toEqual([200, 'aal1']);
  });

  test('is not asked for it where it has been given: the owner goes on', async () => {
    expect((await owner.whoami()).status).toBe(200);
    scene.pass(STEP);
    const answer = await stepUp(
      owner,
      { method: 'totp', totp_code: oneTimeCode(secret, scene.now()) },
      '&refresh=true',
    );
    expect(answer.status).toBe(200);
  });
});
