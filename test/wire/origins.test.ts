import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPerson } from '../support/admin.ts';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { createHttpClient } from '../support/http-client.ts';
import { begin, register, signIn } from '../support/self-service.ts';
import { startServer, type TestServer } from '../support/server.ts';

const person = { email: 'ursula@sallyport.test', password: 'clouds over the harbour' };
const HTML = { accept: 'text/html' };

describe('where a form was sent from', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ config: BASIC_CONFIG, files: BASIC_FILES });
    await createPerson(server.adminUrl, person);
  });
  afterAll(() => server.stop());

  const send = async (headers: Readonly<Record<string, string>>, token?: string) => {
    const http = createHttpClient();
    const flow = await begin(http, server.publicUrl, 'login', 'browser');
    const form = {
      csrf_token: token ?? flow.csrf,
      method: 'password',
      identifier: person.email,
      password: person.password,
    };
    const answer = await http.post(flow.action, { ...HTML, form, headers });
    http.close();
    return answer.location ?? answer.status;
  };

  test.each([
    [{ origin: 'null' }],
    [{ origin: 'null', 'sec-fetch-site': 'same-site' }],
    [{ origin: 'null', 'sec-fetch-site': 'cross-site' }],
    [{}],
  ])('%j: the token decides', async (headers) => {
    expect(await send(headers)).toBe('http://127.0.0.1:4455/home');
    expect(await send(headers, 'x')).toMatch(/\/error\?id=/);
  });

  test('an origin that is named and not known is refused with a right token', async () => {
    expect(await send({ origin: 'https://evil.example' })).toMatch(/\/error\?id=/);
  });

  test('a registration without an origin is taken, and so are settings', async () => {
    const http = createHttpClient();
    expect((await register(http, server.publicUrl, { ...person, email: 'ida@sallyport.test' }, 'browser')).status).toBe(
      200,
    );
    const settings = await begin(http, server.publicUrl, 'settings', 'browser');
    const form = { csrf_token: settings.csrf, method: 'profile', 'traits.email': 'ida@sallyport.test' };
    const answer = await http.post(settings.action, {
      ...HTML,
      form,
      headers: { origin: 'null', 'sec-fetch-site': 'same-site' },
    });
    expect(answer.location).toContain('http://127.0.0.1:4455/settings?flow=');
    http.close();
  });

  test('without a token to decide, a withheld origin ends no session', async () => {
    const http = createHttpClient();
    await signIn(http, server.publicUrl, person, 'browser');
    const headers = { origin: 'null', 'sec-fetch-site': 'cross-site' };
    expect((await http.request('DELETE', `${server.publicUrl}/sessions`, { headers })).status).toBe(403);
    http.close();
  });

  test('a browser names the origin of our pages, and no other site hears an address', async () => {
    const http = createHttpClient(HTML);
    for (const path of ['/ui/login', '/self-service/login/browser', '/sessions/whoami', '/']) {
      const { headers } = await http.get(`${server.publicUrl}${path}`);
      expect(headers['referrer-policy'], path).toBe('same-origin');
    }
    http.close();
  });
});
