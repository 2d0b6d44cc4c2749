import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPerson } from '../support/admin.ts';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { createHttpClient, type Fields } from '../support/http-client.ts';
import { begin } from '../support/self-service.ts';
import { startServer, type TestServer } from '../support/server.ts';

const person = { email: 'rosalind@sallyport.test', password: 'clouds over the harbour' };
const HTML = { accept: 'text/html' };
const HOME = 'http://127.0.0.1:4455/home';

describe('requests as clients send them', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ config: BASIC_CONFIG, files: BASIC_FILES });
    await createPerson(server.adminUrl, person);
  });
  afterAll(() => server.stop());

  describe('a form field that is sent twice', () => {
    const send = async (more: (good: Readonly<Record<string, string>>) => Fields) => {
      const http = createHttpClient();
      const flow = await begin(http, server.publicUrl, 'login', 'browser');
      const { email: identifier, password } = person;
      const good = { csrf_token: flow.csrf, method: 'password', identifier, password };
      const answer = await http.post(flow.action, { ...HTML, form: { ...good, ...more(good) } });
      http.close();
      return answer.location;
    };

    test.each(['csrf_token', 'method', 'identifier', 'password'])('with one value is %s once', async (name) => {
      expect(await send((good) => ({ [name]: [good[name] ?? '', good[name] ?? ''] }))).toBe(HOME);
    });

    test.each(['csrf_token', 'method', 'identifier', 'password'])('with two values of %s is refused', async (name) => {
      expect(await send((good) => ({ [name]: [good[name] ?? '', 'x'] }))).toMatch(/\/(?:login\?flow|error\?id)=/);
    });
  });

  test('a base address that ends in a slash leads to the same answers', async () => {
    const http = createHttpClient();
    for (const [base, path] of [
      [server.publicUrl, '/self-service/login/api?refresh=true'],
      [server.adminUrl, '/admin/identities?page_size=1'],
    ] as const) {
      const answer = await http.get(`${base}/${path}`);
      expect([answer.status, answer.location]).toEqual([307, path]);
      expect((await http.get(`${base}/${path}`, { follow: true })).status).toBe(200);
    }
    const session = await http.request('DELETE', `${server.publicUrl}//sessions/`);
    expect([session.status, session.location]).toEqual([307, '/sessions']);
    http.close();
  });
});
