import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countStored } from '../support/admin.ts';
import { badRequests } from '../support/bad-requests.ts';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { createHttpClient, read, readText } from '../support/http-client.ts';
import { begin, messagesOf, register } from '../support/self-service.ts';
import { startServer, type TestServer } from '../support/server.ts';

const PASSWORD = 'clouds over the harbour';

describe('a registration with bad input', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ config: BASIC_CONFIG, files: BASIC_FILES });
  });
  afterAll(() => server.stop());

  const good = { method: 'password', traits: { email: 'nora@sallyport.test' }, password: PASSWORD };

  test.each(badRequests(good))('answers $name with a clear error and stores nothing', async ({ request, statuses }) => {
    const http = createHttpClient({ cookies: false });
    const before = await countStored(server.adminUrl);
    const flow = await begin(http, server.publicUrl, 'registration', 'api');
    const answer = await http.post(flow.action, request);
    expect(statuses).toContain(answer.status);
    expect(answer.json, answer.text).toBeDefined();
    expect(answer.text).not.toMatch(/\bat .+\.ts:\d+/);
    expect(await countStored(server.adminUrl)).toEqual(before);
    http.close();
  });

  test('leaves a flow usable whose first submit was nonsense', async () => {
    const http = createHttpClient({ cookies: false });
    const flow = await begin(http, server.publicUrl, 'registration', 'api');
    await http.post(flow.action, { headers: { 'content-type': 'application/json' }, body: '{"method":' });
    const answer = await http.post(flow.action, { json: { ...good, traits: { email: 'usable@sallyport.test' } } });
    expect(answer.status, answer.text).toBe(200);
    http.close();
  });

  test.each([
    ['a null byte', 'no\u0000ra@sallyport.test'],
    ['a line break', 'nora@sallyport.test\r\nBcc: all@sallyport.test'],
    ['a text direction override', '\u202enora@sallyport.test'],
    ['300 characters too many', `${'n'.repeat(620)}@sallyport.test`],
    ['no domain', 'nora'],
  ])('refuses an address with %s at its field and stores nothing', async (_what, email) => {
    const http = createHttpClient({ cookies: false });
    const before = await countStored(server.adminUrl);
    const answer = await register(http, server.publicUrl, { email, password: PASSWORD });
    expect(answer.status, answer.text).toBe(400);
    expect(await countStored(server.adminUrl)).toEqual(before);
    http.close();
  });

  test.each([
    ['a list', ['nora@sallyport.test']],
    ['an object', { $ne: null }],
    ['a number', 7],
    ['null', null],
  ])('refuses %s for an address at its field', async (_what, email) => {
    const http = createHttpClient({ cookies: false });
    const before = await countStored(server.adminUrl);
    const flow = await begin(http, server.publicUrl, 'registration', 'api');
    const answer = await http.post(flow.action, { json: { ...good, traits: { email } } });
    expect(answer.status, answer.text).toBe(400);
    expect(await countStored(server.adminUrl)).toEqual(before);
    http.close();
  });

  test.each([
    ['a flow nobody began', '00000000-0000-4000-8000-000000000000', 404],
    ['a flow id that is none', 'nonsense', 400],
    ['a flow id of SQL', "'%20OR%201=1--", 400],
  ])('answers %s and stores nothing', async (_what, id, status) => {
    const http = createHttpClient({ cookies: false });
    const before = await countStored(server.adminUrl);
    const answer = await http.post(`${server.publicUrl}/self-service/registration?flow=${id}`, { json: good });
    expect(answer.status).toBe(status);
    expect(read(answer.json, 'error.code')).toBe(status);
    expect(await countStored(server.adminUrl)).toEqual(before);
    http.close();
  });

  test('answers a login flow sent to registration as a flow that is not there', async () => {
    const http = createHttpClient({ cookies: false });
    const flow = await begin(http, server.publicUrl, 'login', 'api');
    const answer = await http.post(`${server.publicUrl}/self-service/registration?flow=${flow.id}`, { json: good });
    expect(answer.status).toBe(404);
    http.close();
  });

  test('answers a flow that is over with a new one, and stores nothing', async () => {
    const config = BASIC_CONFIG.replace('style: unified', 'style: unified\n      lifespan: 1ms');
    const brief = await startServer({ config, files: BASIC_FILES });
    const http = createHttpClient({ cookies: false });
    const flow = await begin(http, brief.publicUrl, 'registration', 'api');
    const answer = await http.post(flow.action, { json: good });
    expect(answer.status).toBe(410);
    expect(read(answer.json, 'error.id')).toBe('self_service_flow_expired');
    expect(readText(answer.json, 'use_flow_id')).not.toBe(flow.id);
    expect(await countStored(brief.adminUrl)).toEqual({ identities: 0, sessions: 0 });
    http.close();
    await brief.stop();
  });

  test('names no state and no event to a client that sends one', async () => {
    const http = createHttpClient({ cookies: false });
    const before = await countStored(server.adminUrl);
    for (const method of ['hook.continue', 'xstate.stop', 'written', 'submit', 'open', '__proto__']) {
      const flow = await begin(http, server.publicUrl, 'registration', 'api');
      const answer = await http.post(flow.action, {
        json: { ...good, method, state: 'passed_challenge', type: method },
      });
      expect(answer.status).toBe(400);
      expect(messagesOf(answer.json)).toEqual([4010003]);
    }
    expect(await countStored(server.adminUrl)).toEqual(before);
    http.close();
  });

  describe('in a browser', () => {
    test.each([
      ['no token', () => ({})],
      ['an empty token', () => ({ csrf_token: '' })],
      ['a made-up token', () => ({ csrf_token: Buffer.alloc(64, 7).toString('base64') })],
    ])('refuses %s and stores nothing', async (_what, token) => {
      const http = createHttpClient();
      const before = await countStored(server.adminUrl);
      const flow = await begin(http, server.publicUrl, 'registration', 'browser');
      const answer = await http.post(flow.action, { json: { ...good, ...token() } });
      expect(answer.status).toBe(403);
      expect(read(answer.json, 'error.id')).toBe('security_csrf_violation');
      expect(await countStored(server.adminUrl)).toEqual(before);
      http.close();
    });

    test("refuses another browser's token and cookies, and stores nothing", async () => {
      const mine = createHttpClient();
      const theirs = createHttpClient();
      const before = await countStored(server.adminUrl);
      const flow = await begin(mine, server.publicUrl, 'registration', 'browser');
      const other = await begin(theirs, server.publicUrl, 'registration', 'browser');
      const withToken = await mine.post(flow.action, { json: { ...good, csrf_token: other.csrf } });
      const withBoth = await theirs.post(flow.action, { json: { ...good, csrf_token: other.csrf } });
      expect([withToken.status, withBoth.status]).toEqual([403, 403]);
      expect(await countStored(server.adminUrl)).toEqual(before);
      mine.close();
      theirs.close();
    });

    test('sends a form that it cannot take to the error page, and shows there what any client may see', async () => {
      const http = createHttpClient();
      const flow = await begin(http, server.publicUrl, 'registration', 'browser');
      const form = { method: 'password', 'traits.email': 'nora@sallyport.test', password: PASSWORD };
      const answer = await http.post(flow.action, { form, accept: 'text/html' });
      expect(answer.status).toBe(303);
      const at = new URL(answer.location ?? '');
      expect(`${at.origin}${at.pathname}`).toBe('http://127.0.0.1:4455/error');
      const error = await http.get(`${server.publicUrl}/self-service/errors?id=${at.searchParams.get('id')}`);
      expect(read(error.json, 'error.id')).toBe('security_csrf_violation');
      http.close();
    });
  });
});
