import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPerson } from '../support/admin.ts';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { createHttpClient, type HttpClient } from '../support/http-client.ts';
import { startServer, type TestServer } from '../support/server.ts';

const person = { email: 'lia@sallyport.test', password: 'clouds over the harbour' };

describe('the two listeners', () => {
  let server: TestServer;
  let http: HttpClient;
  let id: string;
  beforeAll(async () => {
    server = await startServer({ config: BASIC_CONFIG, files: BASIC_FILES });
    http = createHttpClient({ cookies: false });
    id = await createPerson(server.adminUrl, person);
  });
  afterAll(async () => {
    http.close();
    await server.stop();
  });

  /** A path exactly as it is written, which no URL would leave alone. */
  function raw(
    port: number,
    path: string,
    { method = 'GET', headers = {} }: { readonly method?: string; readonly headers?: Record<string, string> } = {},
  ): Promise<{ readonly status: number; readonly text: string }> {
    return new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port, path, method, headers }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => (text += part));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
      });
      sent.on('error', reject).end();
    });
  }

  test.each([
    '/admin/identities',
    '//admin/identities',
    '/./admin/identities',
    '/x/../admin/identities',
    '/admin;x/identities',
    '/%61dmin/identities',
    '/admin%2fidentities',
    '/ADMIN/identities',
    '/admin/identities/',
    '\\admin\\identities',
    'http://127.0.0.1/admin/identities',
    '/identities',
    '/admin/sessions',
    '/admin/courier/messages',
    '/admin/version',
    '/version',
    '/health/config',
  ])('the public one answers nothing of the admin API at %s', async (path) => {
    const { status, text } = await raw(server.ports.public, path);
    expect([307, 400, 404]).toContain(status);
    expect(text).not.toContain(person.email);
  });

  test.each(['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'])('%s is not listened to', async (name) => {
    const headers = { [name]: 'DELETE' };
    expect((await raw(server.ports.admin, `/admin/identities/${id}`, { headers })).status).toBe(200);
    const posted = await raw(server.ports.admin, `/admin/identities/${id}?_method=DELETE`, { method: 'POST', headers });
    expect(posted.status).toBe(405);
    expect((await raw(server.ports.admin, `/admin/identities/${id}`)).status).toBe(200);
  });

  test.each([
    ['GET', '/identities?page_size=2', '/admin/identities?page_size=2'],
    ['POST', '/identities', '/admin/identities'],
    ['PUT', '/admin/identities/x', '/admin/identities/x'],
    ['PATCH', '/identities/x', '/admin/identities/x'],
    ['DELETE', '/identities/x/credentials/totp', '/admin/identities/x/credentials/totp'],
    ['DELETE', '/identities/x/sessions', '/admin/identities/x/sessions'],
    ['GET', '/identities/by/external/x%20y', '/admin/identities/by/external/x%20y'],
    ['POST', '/recovery/code', '/admin/recovery/code'],
    ['GET', '/admin/courier/messages?status=sent', '/admin/courier/messages?status=sent'],
  ])('the public one leads %s %s to the admin one', async (method, path, to) => {
    const answer = await http.request(method, `${server.publicUrl}${path}`);
    expect(answer.status).toBe(307);
    expect(answer.location).toBe(`${server.adminUrl}${to}`);
  });

  test.each([
    ['GET', '/admin/schemas?page=1', '/schemas?page=1'],
    ['GET', '/schemas/person', '/schemas/person'],
    ['GET', '/self-service/login/api?refresh=true', '/self-service/login/api?refresh=true'],
    ['POST', '/self-service/login?flow=x', '/self-service/login?flow=x'],
    ['DELETE', '/admin/sessions', '/sessions'],
    ['DELETE', '/sessions', '/sessions'],
    ['GET', '/sessions/whoami', '/sessions/whoami'],
    ['GET', '/admin/sessions/whoami', '/sessions/whoami'],
  ])('the admin one leads %s %s to the public one', async (method, path, to) => {
    const answer = await http.request(method, `${server.adminUrl}${path}`);
    expect(answer.status).toBe(307);
    expect(answer.location).toBe(`${server.publicUrl}${to}`);
  });

  test('schemas are at both addresses of the public one', async () => {
    const plain = await http.get(`${server.publicUrl}/schemas/person`);
    const other = await http.get(`${server.publicUrl}/admin/schemas/person`);
    expect([plain.status, other.status]).toEqual([200, 200]);
    expect(other.json).toEqual(plain.json);
    expect((await http.get(`${server.publicUrl}/admin/schemas`)).json).toHaveLength(1);
  });

  test('a link of a redirect holds no markup that came with the request', async () => {
    const { status, text } = await raw(server.ports.public, '/identities?"><script>alert(1)</script>');
    expect(status).toBe(307);
    expect(text).not.toContain('<script>');
  });

  test.each(['', '/admin'])('the admin one tells health, version and configuration below %j', async (prefix) => {
    expect((await http.get(`${server.adminUrl}${prefix}/health/alive`)).json).toEqual({ status: 'ok' });
    expect((await http.get(`${server.adminUrl}${prefix}/health/ready`)).json).toEqual({ status: 'ok' });
    const config = await http.get(`${server.adminUrl}${prefix}/health/config`);
    expect(config.text).toMatch(/^[0-9a-f]{64}$/);
    expect(config.headers['content-type']).toMatch(/^text\/plain/);
    expect((await http.get(`${server.adminUrl}${prefix}/version`)).json).toHaveProperty('version');
    expect((await http.get(`${server.adminUrl}/admin/health/nothing`)).status).toBe(404);
  });
});
