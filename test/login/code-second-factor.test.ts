import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { type HttpClient, read, readList, readText } from '../support/http-client.ts';
import { createHttpClients } from '../support/http-clients.ts';
import { isVerified, mailsOf, newestCode, wrong } from '../support/mailbox.ts';
import { mailConfig, PHONE_FILES, TEXT_MESSAGES } from '../support/mail-config.ts';
import { begin, type Begun, messagesOf, signIn, valueOf } from '../support/self-service.ts';

const password = 'clouds over the harbour';
const STEP_UP = '?aal=aal2';
const CONFIG = mailConfig({ uri: 'smtp://127.0.0.1:1/' }, { mfa: true }).replace(
  'courier: { ',
  `courier: { ${TEXT_MESSAGES}, `,
);

describe('a code as second factor', () => {
  let server: EmbeddedServer;
  let browser: HttpClient;
  const clients = createHttpClients();
  beforeAll(async () => {
    server = await startEmbedded({ config: CONFIG, files: PHONE_FILES });
  });
  beforeEach(() => {
    browser = clients.open();
  });
  afterAll(async () => {
    clients.close();
    await server.stop();
  });

  /** Somebody with these traits, signed in with the password alone. */
  async function arrive(traits: { readonly email: string; readonly phone?: string }, client = browser) {
    const json = { schema_id: 'person', traits, credentials: { password: { config: { password } } } };
    const made = await client.post(`${server.adminUrl}/admin/identities`, { json });
    expect(made.status, made.text).toBe(201);
    return await signIn(client, server.publicUrl, { email: traits.email, password }, 'browser');
  }
  const stepUp = (query = STEP_UP, client = browser): Promise<Begun> =>
    begin(client, server.publicUrl, 'login', 'browser', query);
  const send = (flow: Begun, body: Readonly<Record<string, string>>, client = browser) =>
    client.post(flow.action, { json: { csrf_token: flow.csrf, ...body } });
  const names = (flow: unknown): readonly unknown[] =>
    readList(flow, 'ui.nodes').map((node) => `${readText(node, 'group')} ${readText(node, 'attributes.name')}`);
  const whoami = async (client = browser) => (await client.get(`${server.publicUrl}/sessions/whoami`)).json;

  test('is sent at once to the only address, proves the second level, and verifies the address', async () => {
    const email = 'ada@sallyport.test';
    const first = await arrive({ email });
    expect([first.status, read(first.json, 'redirect_browser_to')]).toEqual([
      422,
      `${server.publicUrl}/self-service/login/browser?aal=aal2`,
    ]);
    const flow = await stepUp();
    expect([read(flow.json, 'state'), read(flow.json, 'active'), messagesOf(flow.json)]).toEqual([
      'sent_email',
      'code',
      [1010014],
    ]);
    expect(names(flow.json)).toEqual([
      'code identifier',
      'code method',
      'code code',
      'code method',
      'code resend',
      'default csrf_token',
    ]);
    const code = await newestCode(server, email);
    const old = browser.cookies.header();
    const refused = await send(flow, { method: 'code', identifier: email, code: wrong(code) });
    expect([refused.status, messagesOf(refused.json)]).toEqual([400, [4010008]]);
    expect(names(refused.json)).toEqual([
      'default csrf_token',
      'default identifier',
      'code code',
      'code resend',
      'code method',
      'code method',
    ]);
    const empty = await send(flow, { method: 'code', identifier: email, code: '' });
    expect([empty.status, messagesOf(empty.json, 'code')]).toEqual([400, [4000002]]);
    const given = await send(flow, { method: 'code', identifier: email, code });
    expect(given.status, given.text).toBe(200);
    expect(
      readList(given.json, 'session.authentication_methods').map((each) => [read(each, 'method'), read(each, 'aal')]),
    ).toEqual([
      ['password', 'aal1'],
      ['code', 'aal2'],
    ]);
    expect(read(await whoami(), 'authenticator_assurance_level')).toBe('aal2');
    expect(await isVerified(server, email)).toBe(true);
    // The cookie of the lower level is worth nothing any more (security SE-6).
    const stale = clients.open(false);
    expect((await stale.get(`${server.publicUrl}/sessions/whoami`, { headers: { cookie: old } })).status).toBe(401);
  });

  test('is sent again on wish, which ends the code before it, and five wrong ones end all', async () => {
    const email = 'berta@sallyport.test';
    await arrive({ email });
    const flow = await stepUp();
    const first = await newestCode(server, email);
    server.pass(31_000);
    const again = await send(flow, { method: 'code', identifier: email, resend: 'code' });
    expect([again.status, read(again.json, 'state'), messagesOf(again.json)]).toEqual([400, 'sent_email', [1010014]]);
    const second = await newestCode(server, email);
    const tried = [
      first === second ? wrong(first) : first,
      wrong(second),
      wrong(second, 2),
      wrong(second, 3),
      wrong(second, 4),
    ];
    for (const code of tried)
      expect(messagesOf((await send(flow, { method: 'code', identifier: email, code })).json)).toEqual([4010008]);
    const right = await send(flow, { method: 'code', identifier: email, code: second });
    expect([right.status, messagesOf(right.json)]).toEqual([400, [4000001]]);
    expect(read(await whoami(), 'error.id')).toBe('session_aal2_required');
  });

  test('goes to the address that is chosen where there are two, and to nobody else’s', async () => {
    const [email, phone] = ['clara@sallyport.test', '+4930123456'];
    await arrive({ email, phone });
    const flow = await stepUp();
    expect([read(flow.json, 'state'), messagesOf(flow.json)]).toEqual(['choose_method', [1010004]]);
    expect(names(flow.json)).toEqual(['default csrf_token', 'code address', 'code address']);
    expect(valueOf(flow.json, 'address')).toBe(phone);
    const foreign = await send(flow, { method: 'code', address: 'ada@sallyport.test' });
    expect([foreign.status, messagesOf(foreign.json)]).toEqual([400, [4000035]]);
    const none = await send(flow, { method: 'code' });
    expect([none.status, messagesOf(none.json, 'identifier')]).toEqual([400, [4000002]]);
    expect(await mailsOf(server, phone)).toEqual([]);
    const sent = await send(flow, { address: phone });
    expect([sent.status, valueOf(sent.json, 'identifier')]).toEqual([400, phone]);
    expect(await mailsOf(server, email)).toEqual([]);
    const code = await newestCode(server, phone);
    const elsewhere = await send(flow, { method: 'code', identifier: email, code });
    expect(messagesOf(elsewhere.json)).toEqual([4010008]);
    const given = await send(flow, { method: 'code', identifier: phone, code });
    expect(given.status, given.text).toBe(200);
  });

  test('goes where `via` says, a trait by its path', async () => {
    const [email, phone] = ['dora@sallyport.test', '+4930123457'];
    await arrive({ email, phone });
    const flow = await stepUp(`${STEP_UP}&via=phone`);
    expect([read(flow.json, 'state'), valueOf(flow.json, 'identifier')]).toEqual(['sent_email', phone]);
    for (const via of ['name', 'constructor', 'email.length']) {
      const refused = await browser.get(`${server.publicUrl}/self-service/login/browser${STEP_UP}&via=${via}`);
      expect(refused.status, via).toBe(400);
    }
  });

  test('needs a session, is no first factor, and a native app keeps its token', async () => {
    const email = 'emma@sallyport.test';
    await arrive({ email });
    const app = clients.open(false);
    const stranger = await app.get(`${server.publicUrl}/self-service/login/api${STEP_UP}`);
    expect([stranger.status, read(stranger.json, 'error.id')]).toEqual([401, 'session_aal1_required']);
    const first = await begin(app, server.publicUrl, 'login', 'api');
    const refused = await app.post(first.action, { json: { method: 'code', identifier: email } });
    expect([refused.status, messagesOf(refused.json)]).toEqual([400, [4010002]]);

    const half = await signIn(app, server.publicUrl, { email, password });
    expect([half.status, read(half.json, 'session.identity')]).toEqual([200, null]);
    const token = readText(half.json, 'session_token');
    const headers = { 'x-session-token': token };
    const flow = await app.get(`${server.publicUrl}/self-service/login/api${STEP_UP}`, { headers });
    expect(read(flow.json, 'state')).toBe('sent_email');
    const json = { method: 'code', identifier: email, code: await newestCode(server, email) };
    const given = await app.post(readText(flow.json, 'ui.action'), { json, headers });
    expect([given.status, read(given.json, 'session_token'), read(given.json, 'continue_with')]).toEqual([
      200,
      token,
      null,
    ]);
    const shown = await app.get(`${server.publicUrl}/sessions/whoami`, { headers });
    expect(read(shown.json, 'authenticator_assurance_level')).toBe('aal2');
  });

  test('renews the session of somebody who has given it, on wish', async () => {
    const email = 'fanny@sallyport.test';
    await arrive({ email });
    const first = await stepUp();
    await send(first, { method: 'code', identifier: email, code: await newestCode(server, email) });
    server.pass(31_000);
    const flow = await stepUp(`${STEP_UP}&refresh=true`);
    expect([read(flow.json, 'state'), messagesOf(flow.json)]).toEqual(['choose_method', [1010003]]);
    await send(flow, { address: email });
    const given = await send(flow, { method: 'code', identifier: email, code: await newestCode(server, email) });
    expect(readList(given.json, 'session.authentication_methods')).toHaveLength(3);
  });
});

describe('somebody without an address for codes', () => {
  const FILES = {
    'person.schema.json': PHONE_FILES['person.schema.json'].replace(
      '"code":{"identifier":true,"via":"email"}',
      '"totp":{"account_name":true}',
    ),
  };
  const FALLBACK = CONFIG.replace(
    'mfa_enabled: true',
    'mfa_enabled: true, config: { missing_credential_fallback_enabled: true }',
  );

  test.each([
    ['is sent one to a verifiable address where the configuration says so', FALLBACK, 'sent_email', 6, 200],
    ['is sent none otherwise', CONFIG, 'choose_method', 1, 400],
  ])('%s', async (_, config, state, nodes, status) => {
    const server = await startEmbedded({ config, files: FILES });
    const clients = createHttpClients();
    const browser = clients.open();
    const email = 'gerda@sallyport.test';
    const json = { schema_id: 'person', traits: { email }, credentials: { password: { config: { password } } } };
    await browser.post(`${server.adminUrl}/admin/identities`, { json });
    await signIn(browser, server.publicUrl, { email, password }, 'browser');
    expect((await browser.get(`${server.publicUrl}/sessions/whoami`)).status).toBe(200);
    const flow = await begin(browser, server.publicUrl, 'login', 'browser', STEP_UP);
    const code = state === 'sent_email' ? await newestCode(server, email) : '000000';
    const given = await browser.post(flow.action, { json: { method: 'code', code, csrf_token: flow.csrf } });
    const names = readList(flow.json, 'ui.nodes').map((node) => read(node, 'attributes.name'));
    expect([read(flow.json, 'state'), names.length, given.status]).toEqual([state, nodes, status]);
    clients.close();
    await server.stop();
  });
});

test('wrong codes are counted for the account over all flows, and the list of the method has its hooks', async () => {
  const config = CONFIG.replace(
    'login: { ui_url: http://127.0.0.1:4455/login',
    'login: { ui_url: http://127.0.0.1:4455/login, after: { code: { hooks: [{ hook: revoke_active_sessions }] } }',
  ).concat('limits: { factor_failures: { tries: 4, per: 24h } }\n');
  const server = await startEmbedded({ config, files: PHONE_FILES });
  const clients = createHttpClients();
  const email = 'hilda@sallyport.test';
  const json = { schema_id: 'person', traits: { email }, credentials: { password: { config: { password } } } };
  await clients.open().post(`${server.adminUrl}/admin/identities`, { json });
  const [first, second] = [clients.open(), clients.open()];
  for (const browser of [first, second]) await signIn(browser, server.publicUrl, { email, password }, 'browser');
  const flow = await begin(second, server.publicUrl, 'login', 'browser', STEP_UP);
  const send = (body: Readonly<Record<string, string>>) =>
    second.post(flow.action, { json: { csrf_token: flow.csrf, method: 'code', ...body } });
  expect((await send({ code: await newestCode(server, email) })).status).toBe(200);
  // The list of the second factor ended the other session.
  expect((await first.get(`${server.publicUrl}/sessions/whoami`)).status).toBe(401);

  const thief = clients.open();
  await signIn(thief, server.publicUrl, { email, password }, 'browser');
  server.pass(31_000);
  const guess = await begin(thief, server.publicUrl, 'login', 'browser', STEP_UP);
  const code = await newestCode(server, email);
  const answers: number[] = [];
  for (const by of [1, 2, 3, 4, 5]) {
    const body = { csrf_token: guess.csrf, method: 'code', code: wrong(code, by) };
    answers.push((await thief.post(guess.action, { json: body })).status);
  }
  expect(answers).toEqual([400, 400, 400, 400, 429]);
  server.pass(31_000);
  const other = await begin(thief, server.publicUrl, 'login', 'browser', STEP_UP);
  const right = { csrf_token: other.csrf, method: 'code', code: await newestCode(server, email) };
  expect((await thief.post(other.action, { json: right })).status).toBe(429);
  clients.close();
  await server.stop();
});
