import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPerson } from '../support/admin.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { createHttpClient, read, readText, type Answer, type HttpClient } from '../support/http-client.ts';
import { mailsOf, newestCode, wrong } from '../support/mailbox.ts';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { begin, messagesOf, signIn } from '../support/self-service.ts';

const password = 'clouds over the harbour';
const REVOKE = 'after: { hooks: [{ hook: revoke_active_sessions }] }';

describe('recovery by a code', () => {
  let server: EmbeddedServer;
  let http: HttpClient;
  beforeAll(async () => {
    const config = mailConfig({ uri: 'smtp://127.0.0.1:1/' }, { recovery: REVOKE });
    server = await startEmbedded({ config, files: MAIL_FILES });
    http = createHttpClient({ cookies: false });
  });
  afterAll(async () => {
    http.close();
    await server.stop();
  });

  const ask = async (email: string, type: 'api' | 'browser' = 'api', client = http) => {
    const flow = await begin(client, server.publicUrl, 'recovery', type);
    const csrf = type === 'browser' ? { csrf_token: flow.csrf } : {};
    const answer = await client.post(flow.action, { json: { method: 'code', email, ...csrf } });
    return { ...flow, answer };
  };
  const whoami = (token: string): Promise<Answer> =>
    http.get(`${server.publicUrl}/sessions/whoami`, { headers: { 'x-session-token': token } });

  test('ends in a privileged settings flow, a new password, and no old session', async () => {
    const email = 'hanna@sallyport.test';
    await createPerson(server.adminUrl, { email, password });
    const old = readText((await signIn(http, server.publicUrl, { email, password })).json, 'session_token');
    expect((await whoami(old)).status).toBe(200);

    const browser = createHttpClient();
    const { action, csrf, answer } = await ask(email, 'browser', browser);
    expect([answer.status, messagesOf(answer.json)]).toEqual([200, [1060003]]);
    const code = await newestCode(server, email);
    const given = await browser.post(action, { form: { method: 'code', code, csrf_token: csrf }, accept: 'text/html' });
    expect([given.status, given.location]).toEqual([
      303,
      expect.stringMatching(/^http:\/\/127\.0\.0\.1:4455\/settings\?flow=/),
    ]);
    expect((await whoami(old)).status).toBe(401);

    const id = new URL(given.location ?? '').searchParams.get('flow') ?? '';
    const settings = await browser.get(`${server.publicUrl}/self-service/settings/flows?id=${id}`);
    expect(messagesOf(settings.json)).toEqual([1060001]);
    expect(
      read((await browser.get(`${server.publicUrl}/sessions/whoami`)).json, 'authentication_methods.0.method'),
    ).toBe('code_recovery');
    const changed = await browser.post(readText(settings.json, 'ui.action'), {
      json: {
        method: 'password',
        password: 'bells of the old town',
        csrf_token: read(settings.json, 'ui.nodes.0.attributes.value'),
      },
    });
    expect(changed.status, changed.text).toBe(200);
    expect((await signIn(http, server.publicUrl, { email, password })).status).toBe(400);
    expect((await signIn(http, server.publicUrl, { email, password: 'bells of the old town' })).status).toBe(200);
    browser.close();
  });

  test('takes no code for another address than it went to', async () => {
    const email = 'hedda@sallyport.test';
    await createPerson(server.adminUrl, { email, password });
    const { action } = await ask(email);
    const code = await newestCode(server, email);
    const refused = await http.post(action, { json: { method: 'code', code, email: 'other@sallyport.test' } });
    expect(messagesOf(refused.json)).toEqual([4060006]);
    const passed = await http.post(action, { json: { method: 'code', code, email } });
    expect([passed.status, readText(passed.json, 'error.id')]).toEqual([422, 'browser_location_change_required']);
  });

  test('voids every other code and link of the person', async () => {
    const email = 'ida@sallyport.test';
    await createPerson(server.adminUrl, { email, password });
    const first = await ask(email);
    const one = await newestCode(server, email);
    server.pass(31_000);
    const second = await ask(email);
    const two = await newestCode(server, email);
    const passed = await http.post(second.action, { json: { method: 'code', code: two } });
    expect(passed.status).toBe(422);
    const other = await http.post(first.action, { json: { method: 'code', code: one } });
    expect([other.status, messagesOf(other.json)]).toEqual([200, [4060006]]);
  });

  test('answers for an address nobody has as for one somebody has, and sends nothing', async () => {
    const email = 'jill@sallyport.test';
    await createPerson(server.adminUrl, { email, password });
    const known = await ask(email);
    const before = (await mailsOf(server)).length;
    const unknown = await ask('john@sallyport.test');
    expect(await mailsOf(server)).toHaveLength(before);
    const shape = ({ answer, id }: typeof known, address: string): string =>
      `${answer.status} ${Object.keys(answer.headers).join()} ${answer.text
        .replaceAll(id, 'id')
        .replaceAll(address, 'address')
        .replaceAll(/"20\d\d-[^"]+"/g, 'time')}`;
    expect(shape(unknown, 'john@sallyport.test')).toBe(shape(known, email));
    const tried = await http.post(unknown.action, { json: { method: 'code', code: '123456' } });
    expect([tried.status, messagesOf(tried.json)]).toEqual([200, [4060006]]);
  });

  test('used codes, and pages left open, lead to a new flow', async () => {
    const email = 'kate@sallyport.test';
    await createPerson(server.adminUrl, { email, password });
    const { action } = await ask(email);
    const code = await newestCode(server, email);
    await http.post(action, { json: { method: 'code', code } });
    const used = await http.post(action, { json: { method: 'code', code } });
    expect(used.status).toBe(303);
    expect(messagesOf((await http.get(used.location ?? '')).json)).toEqual([4000001]);
    const open = await http.post(action, { json: { method: 'code', email } });
    expect(messagesOf((await http.get(open.location ?? '')).json)).toEqual([4060001]);
  });

  test('no poisoned header finds its way into a mail', async () => {
    const email = 'lena@sallyport.test';
    await createPerson(server.adminUrl, { email, password });
    const plain = (body: string): string => body.replaceAll(/\d{6}/g, 'code').replaceAll(/flow=[0-9a-f-]+/g, 'flow');
    const bodies = new Set<string>();
    const poison: readonly Record<string, string>[] = [
      {},
      { 'x-forwarded-host': 'evil.test' },
      { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.test' },
      { forwarded: 'host=evil.test;proto=https' },
      { 'x-original-url': 'http://evil.test/' },
      { 'x-forwarded-port': '444' },
      { 'x-host': 'evil.test' },
      { origin: '' },
      { referer: 'http://evil.test/' },
      { 'x-forwarded-server': 'evil.test' },
      { 'x-rewrite-url': '/evil' },
      { 'x-forwarded-prefix': '/evil' },
    ];
    for (const headers of poison) {
      server.pass(3_601_000);
      const flow = await http.get(`${server.publicUrl}/self-service/recovery/api`, { headers });
      await http.post(readText(flow.json, 'ui.action'), { json: { method: 'code', email }, headers });
      expect(readText(flow.json, 'request_url')).toBe(`${server.publicUrl}/self-service/recovery/api`);
    }
    for (const { body } of await mailsOf(server, email)) bodies.add(plain(body));
    expect((await mailsOf(server, email)).length).toBe(poison.length);
    expect(bodies.size).toBe(1);
  });

  test('somebody who is switched off does not get back in', async () => {
    const email = 'mona@sallyport.test';
    const id = await createPerson(server.adminUrl, { email, password });
    const { action } = await ask(email);
    const code = await newestCode(server, email);
    const patch = [{ op: 'replace', path: '/state', value: 'inactive' }];
    await http.request('PATCH', `${server.adminUrl}/admin/identities/${id}`, { json: patch });
    const refused = await http.post(action, { json: { method: 'code', code } });
    expect([refused.status, messagesOf(refused.json)]).toEqual([400, [4010011]]);
    expect(refused.text).not.toContain('ory_st_');
  });

  test('a code from an administrator works once, for its own person, in any browser', async () => {
    const email = 'nora@sallyport.test';
    const id = await createPerson(server.adminUrl, { email, password });
    const other = await createPerson(server.adminUrl, { email: 'olga@sallyport.test', password });
    const made = async (identity: string) => {
      const answer = await http.post(`${server.adminUrl}/admin/recovery/code`, {
        json: { identity_id: identity, expires_in: '6h' },
      });
      expect(answer.status).toBe(201);
      const flow = new URL(readText(answer.json, 'recovery_link')).searchParams.get('flow') ?? '';
      return { flow, code: readText(answer.json, 'recovery_code') };
    };
    const [mine, theirs] = [await made(id), await made(other)];
    const submit = (client: HttpClient, flow: string, code: string): Promise<Answer> =>
      client.post(`${server.publicUrl}/self-service/recovery?flow=${flow}`, {
        form: { method: 'code', code },
        accept: 'text/html',
      });
    const browser = createHttpClient();
    const foreign = mine.code === theirs.code ? wrong(mine.code) : theirs.code;
    const swapped = await submit(browser, mine.flow, foreign);
    expect(swapped.location).toContain(mine.flow);
    server.pass(5 * 3_600_000);
    const passed = await submit(browser, mine.flow, mine.code);
    expect([passed.status, passed.location]).toEqual([303, expect.stringContaining('/settings?flow=')]);
    expect(read((await browser.get(`${server.publicUrl}/sessions/whoami`)).json, 'identity.id')).toBe(id);
    const again = createHttpClient();
    expect((await submit(again, mine.flow, mine.code)).location).toContain('/recovery?flow=');
    expect((await again.get(`${server.publicUrl}/sessions/whoami`)).status).toBe(401);
    server.pass(2 * 3_600_000);
    expect((await submit(again, theirs.flow, theirs.code)).location).not.toContain('/settings?flow=');
    browser.close();
    again.close();
  });
});

describe('recovery by a code in an app', () => {
  test('goes on by continue_with where the configuration says so', async () => {
    const more = 'feature_flags: { use_continue_with_transitions: true }\n';
    const config = mailConfig({ uri: 'smtp://127.0.0.1:1/' }, { more });
    const server = await startEmbedded({ config, files: MAIL_FILES });
    const http = createHttpClient({ cookies: false });
    const email = 'petra@sallyport.test';
    await createPerson(server.adminUrl, { email, password });
    const flow = await begin(http, server.publicUrl, 'recovery', 'api');
    await http.post(flow.action, { json: { method: 'code', email } });
    const code = await newestCode(server, email);
    for (let by = 1; by <= 5; by += 1)
      await http.post(flow.action, { json: { method: 'code', code: wrong(code, by) } });
    const dead = await http.post(flow.action, { json: { method: 'code', code } });
    expect([dead.status, read(dead.json, 'error.details.continue_with.0.action')]).toEqual([400, 'show_recovery_ui']);

    server.pass(31_000);
    const id = readText(dead.json, 'error.details.continue_with.0.flow.id');
    const action = `${server.publicUrl}/self-service/recovery?flow=${id}`;
    await http.post(action, { json: { method: 'code', email } });
    const passed = await http.post(action, { json: { method: 'code', code: await newestCode(server, email) } });
    expect([passed.status, readText(passed.json, 'state')]).toEqual([200, 'passed_challenge']);
    expect(read(passed.json, 'continue_with.0.action')).toBe('set_ory_session_token');
    const token = readText(passed.json, 'continue_with.0.ory_session_token');
    const settings = readText(passed.json, 'continue_with.1.flow.id');
    const headers = { 'x-session-token': token };
    const shown = await http.get(`${server.publicUrl}/self-service/settings/flows?id=${settings}`, { headers });
    expect([shown.status, messagesOf(shown.json)]).toEqual([200, [1060001]]);
    http.close();
    await server.stop();
  });
});
