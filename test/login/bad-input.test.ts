import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countStored, createPerson } from '../support/admin.ts';
import { badRequests } from '../support/bad-requests.ts';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { createHttpClient, read } from '../support/http-client.ts';
import { begin, messagesOf, signIn } from '../support/self-service.ts';
import { startServer, type TestServer } from '../support/server.ts';

const person = { email: 'linus@sallyport.test', password: 'clouds over the harbour' };

describe('a login with bad input', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ config: BASIC_CONFIG, files: BASIC_FILES });
    await createPerson(server.adminUrl, person);
  });
  afterAll(() => server.stop());

  const good = { method: 'password', identifier: person.email, password: person.password };

  test.each(badRequests(good))('answers $name with a clear error and issues no session', async (bad) => {
    const http = createHttpClient({ cookies: false });
    const before = await countStored(server.adminUrl);
    const flow = await begin(http, server.publicUrl, 'login', 'api');
    const answer = await http.post(flow.action, bad.request);
    expect(bad.statuses).toContain(answer.status);
    expect(answer.json, answer.text).toBeDefined();
    expect(await countStored(server.adminUrl)).toEqual(before);
    http.close();
  });

  test.each([
    ['a null byte behind the name', `${person.email}\u0000`],
    ['a quote', "' OR 1=1 --"],
    ['a pattern', '%'],
    ['2,000 characters', 'x'.repeat(2_000)],
  ])('answers an identifier of %s without a session and without an error of the server', async (_what, identifier) => {
    const http = createHttpClient({ cookies: false });
    const before = await countStored(server.adminUrl);
    const flow = await begin(http, server.publicUrl, 'login', 'api');
    const answer = await http.post(flow.action, { json: { ...good, identifier } });
    expect(answer.status, answer.text).toBe(400);
    expect(await countStored(server.adminUrl)).toEqual(before);
    http.close();
  });

  test.each([
    ['a list', [person.email]],
    ['an object', { $gt: '' }],
    ['a number', 7],
    ['true', true],
  ])('does not take %s for an identifier or a password', async (_what, value) => {
    const http = createHttpClient({ cookies: false });
    const before = await countStored(server.adminUrl);
    for (const name of ['identifier', 'password']) {
      const flow = await begin(http, server.publicUrl, 'login', 'api');
      const answer = await http.post(flow.action, { json: { ...good, [name]: value } });
      expect(answer.status, answer.text).toBe(400);
    }
    expect(await countStored(server.adminUrl)).toEqual(before);
    http.close();
  });

  test('says the same about a wrong password and about a person who is not there', async () => {
    const http = createHttpClient({ cookies: false });
    const wrong = await signIn(http, server.publicUrl, { ...person, password: 'not it, alas' });
    const unknown = await signIn(http, server.publicUrl, { ...person, email: 'nobody@sallyport.test' });
    expect([wrong.status, unknown.status]).toEqual([400, 400]);
    expect(messagesOf(wrong.json)).toEqual([4000006]);
    expect(messagesOf(unknown.json)).toEqual([4000006]);
    http.close();
  });

  test('does not show a flow, nor take a submit, without the cookies of the browser that began it', async () => {
    const mine = createHttpClient();
    const stranger = createHttpClient();
    const flow = await begin(mine, server.publicUrl, 'login', 'browser');
    const before = await countStored(server.adminUrl);
    const fetched = await stranger.get(`${server.publicUrl}/self-service/login/flows?id=${flow.id}`);
    const sent = await stranger.post(flow.action, { json: { ...good, csrf_token: flow.csrf } });
    expect([fetched.status, sent.status]).toEqual([403, 403]);
    expect(read(sent.json, 'error.id')).toBe('security_csrf_violation');
    expect(await countStored(server.adminUrl)).toEqual(before);
    mine.close();
    stranger.close();
  });

  test('changes nothing for HEAD and for a page that is only fetched ahead', async () => {
    const http = createHttpClient();
    const { publicUrl } = server;
    await http.request('HEAD', `${publicUrl}/self-service/login/browser`);
    await http.get(`${publicUrl}/self-service/login/browser`, { headers: { 'sec-purpose': 'prefetch' } });
    await http.get(`${publicUrl}/self-service/login/browser`, { headers: { purpose: 'prefetch' } });
    expect(http.cookies.names()).toEqual([]);
    http.close();
  });

  test.each([
    ['an empty token', { 'x-session-token': '' }],
    ['a bearer without a token', { authorization: 'Bearer' }],
    ['a bearer of nonsense', { authorization: 'Bearer \u00ff\u00fe' }],
    ['a cookie of nonsense', { cookie: 'ory_kratos_session=%%%' }],
    ['a cookie of 5,000 characters', { cookie: `ory_kratos_session=${'A'.repeat(5_000)}` }],
  ])('takes %s for nobody', async (_what, headers) => {
    const http = createHttpClient({ cookies: false });
    const answer = await http.get(`${server.publicUrl}/sessions/whoami`, { headers });
    expect(answer.status).toBe(401);
    http.close();
  });

  test.each([
    ['/self-service/../self-service/login/api', 404],
    ['/self-service/login;x=1/api', 404],
    ['/self-service%2flogin/api', 404],
    ['/self-service\\login/api', 404],
  ])('knows no other spelling of a path: %s', async (path, status) => {
    const http = createHttpClient({ cookies: false });
    for (const base of [server.publicUrl, server.adminUrl]) {
      const answer = await http.get(`${base}${path}`);
      expect(answer.status).toBe(status);
    }
    http.close();
  });
});
