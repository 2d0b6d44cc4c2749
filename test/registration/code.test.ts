import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countStored } from '../support/admin.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { createHttpClient, read, readText, type HttpClient } from '../support/http-client.ts';
import { isVerified, mailsOf, newestCode, wrong } from '../support/mailbox.ts';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { begin, messagesOf, valueOf } from '../support/self-service.ts';

const nowhere = { uri: 'smtp://127.0.0.1:1/' };

describe.each([
  ['on one page', 'unified'],
  ['on two pages', 'profile_first'],
])('registering with a code, %s', (_name, style) => {
  let server: EmbeddedServer;
  let http: HttpClient;
  beforeAll(async () => {
    const config = mailConfig(nowhere, { passwordless: true }).replace('style: unified', `style: ${style}`);
    server = await startEmbedded({ config, files: MAIL_FILES });
    http = createHttpClient({ cookies: false });
  });
  afterAll(async () => {
    http.close();
    await server.stop();
  });

  test('stores nobody before the code, and somebody with a verified address and a session after it', async () => {
    const traits = { email: 'astrid@sallyport.test', name: 'Astrid' };
    const { action } = await begin(http, server.publicUrl, 'registration', 'api');
    const before = await countStored(server.adminUrl);
    const asked = await http.post(action, { json: { method: 'code', traits } });
    expect([asked.status, readText(asked.json, 'state'), messagesOf(asked.json)]).toEqual([
      400,
      'sent_email',
      [1040005],
    ]);
    const code = await newestCode(server, traits.email);
    const refused = await http.post(action, { json: { method: 'code', traits, code: wrong(code) } });
    expect([refused.status, messagesOf(refused.json)]).toEqual([400, [4040003]]);
    const other = { ...traits, email: 'eve@sallyport.test' };
    const swapped = await http.post(action, { json: { method: 'code', traits: other, code } });
    expect([swapped.status, messagesOf(swapped.json)]).toEqual([400, [4000036]]);
    expect(await countStored(server.adminUrl)).toEqual(before);

    const passed = await http.post(action, { json: { method: 'code', traits, code } });
    expect(passed.status, passed.text).toBe(200);
    expect(read(passed.json, 'session.authentication_methods.0.method')).toBe('code');
    expect(await isVerified(server, traits.email)).toBe(true);
    // The address is proved: no verification mail follows.
    expect((await mailsOf(server, traits.email)).map(({ template }) => template)).toEqual(['registration_code_valid']);
    const used = await http.post(action, { json: { method: 'code', traits, code } });
    expect([used.status, messagesOf(used.json)]).toEqual([400, [4010003]]);
    expect(await countStored(server.adminUrl)).toEqual({
      identities: before.identities + 1,
      sessions: before.sessions + 1,
    });
  });

  test('a browser carries what was typed along, hidden, and may send the code again', async () => {
    const email = 'bodil@sallyport.test';
    const browser = createHttpClient();
    const flow = await begin(browser, server.publicUrl, 'registration', 'browser');
    const form = { method: 'code', 'traits.email': email, csrf_token: flow.csrf };
    const asked = await browser.post(flow.action, { form, accept: 'text/html' });
    expect([asked.status, asked.location]).toEqual([303, `http://127.0.0.1:4455/registration?flow=${flow.id}`]);
    const first = await newestCode(server, email);
    server.pass(31_000);
    await browser.post(flow.action, { form: { ...form, resend: 'code' }, accept: 'text/html' });
    const second = await newestCode(server, email);
    const shown = await browser.get(`${server.publicUrl}/self-service/registration/flows?id=${flow.id}`);
    expect(valueOf(shown.json, 'traits.email')).toBe(email);
    if (first !== second) await browser.post(flow.action, { form: { ...form, code: first }, accept: 'text/html' });
    const passed = await browser.post(flow.action, { form: { ...form, code: second }, accept: 'text/html' });
    expect(passed.location).toBe('http://127.0.0.1:4455/home');
    expect((await browser.get(`${server.publicUrl}/sessions/whoami`)).status).toBe(200);
    browser.close();
  });

  test('somebody who is there already is not registered twice', async () => {
    const traits = { email: 'cecilia@sallyport.test' };
    const one = await begin(http, server.publicUrl, 'registration', 'api');
    const two = await begin(http, server.publicUrl, 'registration', 'api');
    await http.post(one.action, { json: { method: 'code', traits } });
    const first = await newestCode(server, traits.email);
    server.pass(31_000);
    await http.post(two.action, { json: { method: 'code', traits } });
    const second = await newestCode(server, traits.email);
    expect((await http.post(one.action, { json: { method: 'code', traits, code: first } })).status).toBe(200);
    const late = await http.post(two.action, { json: { method: 'code', traits, code: second } });
    expect([late.status, messagesOf(late.json)]).toEqual([400, [4000007]]);
  });
});

test('from two pages the way back leads to the choice of credentials', async () => {
  const config = mailConfig(nowhere, { passwordless: true }).replace('style: unified', 'style: profile_first');
  const server = await startEmbedded({ config, files: MAIL_FILES });
  const http = createHttpClient({ cookies: false });
  const traits = { email: 'dagmar@sallyport.test' };
  const { action } = await begin(http, server.publicUrl, 'registration', 'api');
  await http.post(action, { json: { method: 'profile', traits } });
  await http.post(action, { json: { method: 'code', traits } });
  const back = await http.post(action, { json: { screen: 'credential-selection', traits } });
  expect([back.status, readText(back.json, 'state')]).toEqual([400, 'choose_method']);
  const chosen = await http.post(action, { json: { method: 'password', traits, password: 'clouds over the harbour' } });
  expect(chosen.status, chosen.text).toBe(200);
  http.close();
  await server.stop();
});
