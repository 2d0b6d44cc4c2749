import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPerson } from '../support/admin.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { createHttpClient, read, readText, type Answer, type HttpClient } from '../support/http-client.ts';
import { isVerified, mailsOf, newestCode, newestLink, wrong } from '../support/mailbox.ts';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { begin, messagesOf, valueOf } from '../support/self-service.ts';

const password = 'clouds over the harbour';

describe('verification by a code', () => {
  let server: EmbeddedServer;
  let http: HttpClient;
  beforeAll(async () => {
    server = await startEmbedded({ config: mailConfig({ uri: 'smtp://127.0.0.1:1/' }), files: MAIL_FILES });
    http = createHttpClient({ cookies: false });
  });
  afterAll(async () => {
    http.close();
    await server.stop();
  });

  const ask = async (email: unknown): Promise<{ readonly action: string; readonly answer: Answer }> => {
    const { action } = await begin(http, server.publicUrl, 'verification', 'api');
    return { action, answer: await http.post(action, { json: { method: 'code', email } }) };
  };
  const give = (action: string, code: string): Promise<Answer> => http.post(action, { json: { method: 'code', code } });
  const sent = async (email: string): Promise<{ readonly action: string; readonly code: string }> => {
    await createPerson(server.adminUrl, { email, password });
    const { action } = await ask(email);
    return { action, code: await newestCode(server, email) };
  };

  test('proves the address: a wrong code first, then the right one, once', async () => {
    const { action, code } = await sent('anna@sallyport.test');
    const refused = await give(action, wrong(code));
    expect([refused.status, messagesOf(refused.json)]).toEqual([200, [4070006]]);
    expect(await isVerified(server, 'anna@sallyport.test')).toBe(false);
    const passed = await give(action, code);
    expect([passed.status, readText(passed.json, 'state'), messagesOf(passed.json)]).toEqual([
      200,
      'passed_challenge',
      [1080002],
    ]);
    expect(await isVerified(server, 'anna@sallyport.test')).toBe(true);
    const again = await give(action, code);
    expect([again.status, readText(again.json, 'error.id')]).toEqual([410, 'self_service_flow_replaced']);
    const next = await http.get(
      `${server.publicUrl}/self-service/verification/flows?id=${readText(again.json, 'use_flow_id')}`,
    );
    expect(messagesOf(next.json)).toEqual([4070002]);
  });

  test('leads a client that does not ask for JSON to the page: after the mail, after a wrong code, after the right one', async () => {
    const any = { accept: '*/*' };
    await createPerson(server.adminUrl, { email: 'carla@sallyport.test', password });
    const { action, id } = await begin(http, server.publicUrl, 'verification', 'api');
    const page = expect.stringMatching(new RegExp(`/verification\\?flow=${id}$`));
    const asked = await http.post(action, { ...any, json: { method: 'code', email: 'carla@sallyport.test' } });
    expect([asked.status, asked.location]).toEqual([303, page]);
    const code = await newestCode(server, 'carla@sallyport.test');
    const refused = await http.post(action, { ...any, json: { method: 'code', code: wrong(code) } });
    expect([refused.status, refused.location]).toEqual([303, page]);
    const passed = await http.post(action, { ...any, json: { method: 'code', code } });
    expect([passed.status, passed.location]).toEqual([303, page]);
    expect(await isVerified(server, 'carla@sallyport.test')).toBe(true);
  });

  test('takes no code for another address than it went to', async () => {
    const { action, code } = await sent('anni@sallyport.test');
    for (const email of ['someone@sallyport.test', 'no address']) {
      const refused = await http.post(action, { json: { method: 'code', code, email } });
      expect([refused.status, messagesOf(refused.json)]).toEqual([200, [4070006]]);
    }
    expect(await isVerified(server, 'anni@sallyport.test')).toBe(false);
    const passed = await http.post(action, { json: { method: 'code', code, email: 'ANNI@sallyport.test' } });
    expect(readText(passed.json, 'state')).toBe('passed_challenge');
  });

  test('takes a code until its last second and not one more', async () => {
    const first = await sent('bea@sallyport.test');
    server.pass(3_599_000);
    expect(readText((await give(first.action, first.code)).json, 'state')).toBe('passed_challenge');
    const { action } = await ask('bea@sallyport.test');
    const code = await newestCode(server, 'bea@sallyport.test');
    server.pass(3_601_000);
    const late = await http.post(action, { json: { method: 'code', code } });
    expect([late.status, late.location]).toEqual([
      303,
      expect.stringContaining('/self-service/verification/flows?id='),
    ]);
    expect(messagesOf((await http.get(late.location ?? '')).json)).toEqual([4070005]);
  });

  test('a code sent again takes the place of the first one and of nothing else', async () => {
    const { action, code } = await sent('cleo@sallyport.test');
    server.pass(31_000);
    const again = await http.post(action, { json: { method: 'code', email: 'cleo@sallyport.test' } });
    expect([again.status, messagesOf(again.json)]).toEqual([200, [1080003]]);
    const second = await newestCode(server, 'cleo@sallyport.test');
    const stale = second === code ? wrong(second) : code;
    expect(messagesOf((await give(action, stale)).json)).toEqual([4070006]);
    expect(readText((await give(action, second)).json, 'state')).toBe('passed_challenge');
  });

  test('after five codes the flow is dead, even for the right one; a new flow works', async () => {
    const { action, code } = await sent('dora@sallyport.test');
    for (let by = 1; by <= 5; by += 1)
      expect(messagesOf((await give(action, wrong(code, by))).json)).toEqual([4070006]);
    const dead = await give(action, code);
    expect([dead.status, read(dead.json, 'error.id')]).toEqual([410, 'self_service_flow_replaced']);
    const id = readText(dead.json, 'use_flow_id');
    const next = await http.get(`${server.publicUrl}/self-service/verification/flows?id=${id}`);
    expect(messagesOf(next.json)).toEqual([4000001]);
    expect(await isVerified(server, 'dora@sallyport.test')).toBe(false);
    server.pass(31_000);
    await http.post(readText(next.json, 'ui.action'), { json: { method: 'code', email: 'dora@sallyport.test' } });
    await give(readText(next.json, 'ui.action'), await newestCode(server, 'dora@sallyport.test'));
    expect(await isVerified(server, 'dora@sallyport.test')).toBe(true);
  });

  test('goes to the stored spelling, to one address, and to nobody who is named beside it', async () => {
    await createPerson(server.adminUrl, { email: 'Elsa@sallyport.test', password });
    const { answer } = await ask('  ELSA@Sallyport.test ');
    expect(answer.status).toBe(200);
    const count = (await mailsOf(server)).length;
    for (const email of [
      ['elsa@sallyport.test', 'eve@sallyport.test'],
      { to: 'elsa@sallyport.test' },
      'elsa@sallyport.test,eve@sallyport.test',
      'elsa@sallyport.test;eve@sallyport.test',
      'elsa@sallyport.test\nbcc: eve@sallyport.test',
      'elsa＠sallyport.test',
    ]) {
      expect((await ask(email)).answer.status).toBe(400);
    }
    expect(await mailsOf(server)).toHaveLength(count);
    expect(await mailsOf(server, 'elsa@sallyport.test')).toHaveLength(1);
  });

  test('does not prove an address that is no longer theirs', async () => {
    const email = 'fay@sallyport.test';
    const id = await createPerson(server.adminUrl, { email, password });
    const { action } = await ask(email);
    const code = await newestCode(server, email);
    const patch = [{ op: 'replace', path: '/traits', value: { email: 'fay-two@sallyport.test' } }];
    expect((await http.request('PATCH', `${server.adminUrl}/admin/identities/${id}`, { json: patch })).status).toBe(
      200,
    );
    expect(messagesOf((await give(action, code)).json)).toEqual([4070006]);
    expect(await isVerified(server, 'fay-two@sallyport.test')).toBe(false);
  });

  test('the link beside the code fills it in for the browser that opens it, and proves nothing by itself', async () => {
    const email = 'gwen@sallyport.test';
    await createPerson(server.adminUrl, { email, password });
    const asking = createHttpClient();
    const flow = await begin(asking, server.publicUrl, 'verification', 'browser');
    await asking.post(flow.action, { json: { method: 'code', email, csrf_token: flow.csrf } });
    const other = createHttpClient({ accept: 'text/html' });
    const opened = await other.get(await newestLink(server, email));
    expect([opened.status, opened.location]).toEqual([303, `http://127.0.0.1:4455/verification?flow=${flow.id}`]);
    expect(await isVerified(server, email)).toBe(false);
    const url = `${server.publicUrl}/self-service/verification/flows?id=${flow.id}`;
    const { json } = await other.get(url, { accept: 'application/json' });
    expect(valueOf(json, 'code')).toBe(await newestCode(server, email));
    // The browser that asked for the code has its form still, and nothing filled in.
    const first = await asking.get(url);
    expect([first.status, valueOf(first.json, 'code')]).toEqual([200, '']);
    const form = { method: 'code', code: valueOf(json, 'code'), csrf_token: valueOf(json, 'csrf_token') };
    const passed = await other.post(flow.action, { form });
    expect([passed.status, passed.location]).toEqual([303, `http://127.0.0.1:4455/verification?flow=${flow.id}`]);
    expect(await isVerified(server, email)).toBe(true);
    asking.close();
    other.close();
  });

  test('needs the CSRF token of its browser', async () => {
    const browser = createHttpClient();
    const flow = await begin(browser, server.publicUrl, 'verification', 'browser');
    const forged = await browser.post(flow.action, { json: { method: 'code', email: 'anna@sallyport.test' } });
    expect([forged.status, read(forged.json, 'error.id')]).toEqual([403, 'security_csrf_violation']);
    browser.close();
  });
});
