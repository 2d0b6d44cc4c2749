import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPerson } from '../support/admin.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { createHttpClient, read, readText, type Answer, type HttpClient } from '../support/http-client.ts';
import { isVerified, mailsOf, newestCode, wrong } from '../support/mailbox.ts';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { begin, messagesOf } from '../support/self-service.ts';

const password = 'clouds over the harbour';
const nowhere = { uri: 'smtp://127.0.0.1:1/' };

describe('signing in with a code', () => {
  let server: EmbeddedServer;
  let http: HttpClient;
  beforeAll(async () => {
    server = await startEmbedded({ config: mailConfig(nowhere, { passwordless: true }), files: MAIL_FILES });
    http = createHttpClient({ cookies: false });
  });
  afterAll(async () => {
    http.close();
    await server.stop();
  });

  const ask = async (identifier: string): Promise<{ readonly action: string; readonly answer: Answer }> => {
    const { action } = await begin(http, server.publicUrl, 'login', 'api');
    return { action, answer: await http.post(action, { json: { method: 'code', identifier } }) };
  };
  const give = (action: string, identifier: string, code: string): Promise<Answer> =>
    http.post(action, { json: { method: 'code', identifier, code } });

  test('a native app: the code, wrong and right, and the address is verified', async () => {
    const email = 'alma@sallyport.test';
    await createPerson(server.adminUrl, { email, password });
    const { action, answer } = await ask(email);
    expect([answer.status, readText(answer.json, 'state'), messagesOf(answer.json)]).toEqual([
      400,
      'sent_email',
      [1010014],
    ]);
    const code = await newestCode(server, email);
    expect(messagesOf((await give(action, email, wrong(code))).json)).toEqual([4010008]);
    const passed = await give(action, email, code);
    expect(passed.status, passed.text).toBe(200);
    expect(read(passed.json, 'session.authentication_methods.0.method')).toBe('code');
    expect(await isVerified(server, email)).toBe(true);
    const used = await give(action, email, code);
    expect([used.status, messagesOf(used.json), readText(used.json, 'state')]).toEqual([
      400,
      [4010002],
      'passed_challenge',
    ]);
    expect(used.text).not.toContain('ory_st_');
  });

  test('a browser: the cookie, and a resend that ends the first code', async () => {
    const email = 'berta@sallyport.test';
    await createPerson(server.adminUrl, { email, password });
    const browser = createHttpClient();
    const { action, csrf } = await begin(browser, server.publicUrl, 'login', 'browser');
    await browser.post(action, { form: { method: 'code', identifier: email, csrf_token: csrf }, accept: 'text/html' });
    const first = await newestCode(server, email);
    server.pass(31_000);
    const resend = { method: 'code', identifier: email, resend: 'code', code: '', csrf_token: csrf };
    await browser.post(action, { form: resend, accept: 'text/html' });
    const second = await newestCode(server, email);
    const send = (code: string): Promise<Answer> =>
      browser.post(action, {
        form: { method: 'code', identifier: email, code, csrf_token: csrf },
        accept: 'text/html',
      });
    expect((await send(first === second ? wrong(second) : first)).location).toContain('/login?flow=');
    expect((await send(second)).location).toBe('http://127.0.0.1:4455/home');
    expect((await browser.get(`${server.publicUrl}/sessions/whoami`)).status).toBe(200);
    browser.close();
  });

  test('five wrong codes are the end of the flow, and a code has its time', async () => {
    const email = 'carla@sallyport.test';
    await createPerson(server.adminUrl, { email, password });
    const { action } = await ask(email);
    const code = await newestCode(server, email);
    for (let by = 1; by <= 5; by += 1)
      expect(messagesOf((await give(action, email, wrong(code, by))).json)).toEqual([4010008]);
    const dead = await give(action, email, code);
    expect([dead.status, messagesOf(dead.json)]).toEqual([400, [4000001]]);
    expect(messagesOf((await give(action, email, code)).json)).toEqual([4000001]);
    server.pass(31_000);
    const inTime = await ask(email);
    const fresh = await newestCode(server, email);
    server.pass(598_000);
    expect((await give(inTime.action, email, fresh)).status).toBe(200);
    const late = await ask(email);
    const old = await newestCode(server, email);
    server.pass(601_000);
    expect((await give(late.action, email, old)).status).toBe(410);
  });

  test('after a hundred wrong codes in a day a code has one try, whatever the flow', async () => {
    const email = 'dina@sallyport.test';
    await createPerson(server.adminUrl, { email, password });
    const answers: Answer[] = [];
    for (let flow = 0; flow < 22; flow += 1) {
      server.pass(3_601_000);
      const { action } = await ask(email);
      const code = await newestCode(server, email);
      for (let by = 1; by <= 5; by += 1) answers.push(await give(action, email, wrong(code, by)));
    }
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([400]));
    // Two flows began when the sum was used up: of their five tries one was compared.
    expect(answers.filter(({ json }) => messagesOf(json)[0] === 4000001)).toHaveLength(8);
    server.pass(24 * 3_600_000);
    const { action } = await ask(email);
    expect((await give(action, email, await newestCode(server, email))).status).toBe(200);
  });

  test('who asks too often is told to wait and gets no more mails; the code before stays good', async () => {
    const email = 'edith@sallyport.test';
    await createPerson(server.adminUrl, { email, password });
    const { action } = await ask(email);
    const code = await newestCode(server, email);
    for (let n = 0; n < 20; n += 1) {
      const again = await http.post(action, { json: { method: 'code', identifier: email, resend: 'code' } });
      expect([again.status, messagesOf(again.json)]).toEqual([400, [1900001, 1010014]]);
    }
    expect(await mailsOf(server, email)).toHaveLength(1);
    expect((await give(action, email, code)).status).toBe(200);
    for (let n = 0; n < 20; n += 1) {
      server.pass(31_000);
      await ask(email);
    }
    expect((await mailsOf(server, email)).length).toBeLessThanOrEqual(5);
  });

  test('the message knows the language of whoever asked, and nothing that is a secret', async () => {
    const email = 'elin@sallyport.test';
    await createPerson(server.adminUrl, { email, password });
    const { action } = await begin(http, server.publicUrl, 'login', 'api');
    const headers = { 'accept-language': 'de', authorization: 'Basic c2VjcmV0OnNlY3JldA==' };
    await http.post(action, { json: { method: 'code', identifier: email }, headers });
    const query = { status: undefined, recipient: email, after: undefined, size: 1 };
    const [message] = await server.store.outbox.list(query);
    expect(message?.data['request_headers']).toMatchObject({ 'Accept-Language': ['de'] });
    expect(Object.keys(Object(message?.data['request_headers']))).not.toContain('Authorization');
  });

  test('a stranger is told that there is no such account, unless the configuration hides it', async () => {
    const { answer } = await ask('nobody@sallyport.test');
    expect([answer.status, messagesOf(answer.json)]).toEqual([400, [4000035]]);
  });

  test('a code belongs to its flow and to nothing else', async () => {
    const email = 'frida@sallyport.test';
    await createPerson(server.adminUrl, { email, password });
    await ask(email);
    const code = await newestCode(server, email);
    const recovery = await begin(http, server.publicUrl, 'recovery', 'api');
    await http.post(recovery.action, { json: { method: 'code', email } });
    const recoveryCode = await newestCode(server, email);
    server.pass(31_000);
    const other = await ask(email);
    const own = await newestCode(server, email);
    for (const foreign of [code, recoveryCode]) {
      const tried = await give(other.action, email, foreign === own ? wrong(own) : foreign);
      expect(messagesOf(tried.json)).toEqual([4010008]);
    }
  });

  // Security CO-4: the address that is submitted counts, not the one that the flow was begun with.
  test('a code proves nothing for another account than the one it was asked for', async () => {
    const [email, other] = ['gesa@sallyport.test', 'hanna@sallyport.test'];
    for (const each of [email, other]) await createPerson(server.adminUrl, { email: each, password });
    const { action } = await ask(email);
    const code = await newestCode(server, email);
    for (const foreign of [other, 'nobody@sallyport.test', 'no address']) {
      const tried = await give(action, foreign, code);
      expect([tried.status, messagesOf(tried.json)]).toEqual([400, [4010008]]);
    }
    expect((await give(action, ' Gesa@Sallyport.TEST', code)).status).toBe(200);
  });

  test('who confirms themselves by a code keeps the session', async () => {
    const email = 'greta@sallyport.test';
    await createPerson(server.adminUrl, { email, password });
    const first = await ask(email);
    const signedIn = await give(first.action, email, await newestCode(server, email));
    const headers = { 'x-session-token': readText(signedIn.json, 'session_token') };
    server.pass(60_000);
    const flow = await http.get(`${server.publicUrl}/self-service/login/api?refresh=true`, { headers });
    const action = readText(flow.json, 'ui.action');
    await http.post(action, { json: { method: 'code', identifier: email }, headers });
    const again = await http.post(action, {
      json: { method: 'code', identifier: email, code: await newestCode(server, email) },
      headers,
    });
    expect(again.status, again.text).toBe(200);
    expect(read(again.json, 'session.id')).toBe(read(signedIn.json, 'session.id'));
    const foreign = await http.get(`${server.publicUrl}/self-service/login/api?refresh=true`, { headers });
    const refused = await http.post(readText(foreign.json, 'ui.action'), {
      json: { method: 'code', identifier: 'alma@sallyport.test' },
      headers,
    });
    expect(messagesOf(refused.json)).toEqual([4000035]);
  });
});

describe('the identifier first', () => {
  test('who has no other way in is sent the code at once', async () => {
    const config = mailConfig(nowhere, { passwordless: true, login: 'style: identifier_first' });
    const server = await startEmbedded({ config, files: MAIL_FILES });
    const http = createHttpClient({ cookies: false });
    const made = await http.post(`${server.adminUrl}/admin/identities`, {
      json: { schema_id: 'person', traits: { email: 'hedwig@sallyport.test' } },
    });
    expect(made.status, made.text).toBe(201);
    await createPerson(server.adminUrl, { email: 'ines@sallyport.test', password });
    const first = async (identifier: string): Promise<Answer> => {
      const { action } = await begin(http, server.publicUrl, 'login', 'api');
      return http.post(action, { json: { method: 'identifier_first', identifier } });
    };
    const coded = await first('hedwig@sallyport.test');
    expect([readText(coded.json, 'state'), messagesOf(coded.json)]).toEqual(['sent_email', [1010014]]);
    const code = await newestCode(server, 'hedwig@sallyport.test');
    const passed = await http.post(readText(coded.json, 'ui.action'), { json: { method: 'code', code } });
    expect(passed.status, passed.text).toBe(200);
    const chosen = await first('ines@sallyport.test');
    expect([readText(chosen.json, 'state'), readText(chosen.json, 'active')]).toEqual([
      'choose_method',
      'identifier_first',
    ]);
    http.close();
    await server.stop();
  });
});

describe('an account that must be verified first', () => {
  test('nobody signs in before, and the person is led to the verification', async () => {
    const login = 'after: { hooks: [{ hook: require_verified_address }] }';
    const server = await startEmbedded({ config: mailConfig(nowhere, { login }), files: MAIL_FILES });
    const email = 'jana@sallyport.test';
    await createPerson(server.adminUrl, { email, password });
    const browser = createHttpClient();
    const attempt = async (): Promise<Answer> => {
      const { action, csrf } = await begin(browser, server.publicUrl, 'login', 'browser');
      return browser.post(action, {
        form: { method: 'password', identifier: email, password, csrf_token: csrf },
        accept: 'text/html',
      });
    };
    const diverted = await attempt();
    expect([diverted.status, diverted.location]).toEqual([
      303,
      expect.stringMatching(/^http:\/\/127\.0\.0\.1:4455\/verification\?flow=/),
    ]);
    expect((await browser.get(`${server.publicUrl}/sessions/whoami`)).status).toBe(401);
    const id = new URL(diverted.location ?? '').searchParams.get('flow') ?? '';
    const shown = await browser.get(`${server.publicUrl}/self-service/verification/flows?id=${id}`);
    expect([shown.status, messagesOf(shown.json)]).toEqual([200, [1080003]]);
    const csrf = read(shown.json, 'ui.nodes.3.attributes.value');
    const code = await newestCode(server, email);
    const passed = await browser.post(readText(shown.json, 'ui.action'), {
      json: { method: 'code', code, csrf_token: csrf },
    });
    expect(readText(passed.json, 'state')).toBe('passed_challenge');
    expect((await attempt()).location).toBe('http://127.0.0.1:4455/home');

    const app = createHttpClient({ cookies: false });
    await createPerson(server.adminUrl, { email: 'kira@sallyport.test', password });
    const { action } = await begin(app, server.publicUrl, 'login', 'api');
    const refused = await app.post(action, {
      json: { method: 'password', identifier: 'kira@sallyport.test', password },
    });
    expect([refused.status, readText(refused.json, 'error.id')]).toEqual([403, 'session_verified_address_required']);
    expect(read(refused.json, 'error.details.continue_with.0.action')).toBe('show_verification_ui');
    app.close();
    browser.close();
    await server.stop();
  });
});
