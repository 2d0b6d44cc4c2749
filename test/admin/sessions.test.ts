import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPerson } from '../support/admin.ts';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { type Answer, createHttpClient, type HttpClient, read, readList, readText } from '../support/http-client.ts';
import { signIn } from '../support/self-service.ts';
import { startServer, type TestServer } from '../support/server.ts';

const person = { email: 'sina@sallyport.test', password: 'clouds over the harbour' };
const NOBODY = '00000000-0000-0000-0000-000000000001';

describe('the admin API for sessions', () => {
  let server: TestServer;
  let http: HttpClient;
  let owner: string;
  const tokens: string[] = [];
  beforeAll(async () => {
    server = await startServer({
      config: `${BASIC_CONFIG}\nsession: { lifespan: 1h, earliest_possible_extend: 1m }\n`,
      files: BASIC_FILES,
    });
    http = createHttpClient({ cookies: false });
    owner = await createPerson(server.adminUrl, person);
    for (let count = 0; count < 5; count += 1)
      tokens.push(readText((await signIn(http, server.publicUrl, person)).json, 'session_token'));
  });
  afterAll(async () => {
    http.close();
    await server.stop();
  });

  const get = (path: string): Promise<Answer> => http.get(`${server.adminUrl}${path}`);
  const idsOf = ({ json }: Answer): readonly unknown[] =>
    Array.isArray(json) ? json.map((each: unknown) => read(each, 'id')) : [];
  const nextOf = ({ headers }: Answer): string | undefined =>
    /<([^>]*)>; rel="next"/.exec(String(headers['link']))?.[1];
  const own = (query = ''): Promise<Answer> => get(`/admin/identities/${owner}/sessions${query}`);

  test('goes through all of them once, newest first, page by page', async () => {
    const all = idsOf(await get('/admin/sessions'));
    expect(all).toHaveLength(5);
    const seen: unknown[] = [];
    for (let next: string | undefined = '/admin/sessions?page_size=2'; next !== undefined;) {
      const page: Answer = await get(next);
      seen.push(...idsOf(page));
      next = nextOf(page);
    }
    expect(seen).toEqual(all);
  });

  test('a page token is good for its own query only, and for nobody who changes it', async () => {
    const next = nextOf(await get('/admin/sessions?active=true&page_size=2')) ?? '';
    expect((await get(next)).status).toBe(200);
    expect((await get(next.replace('active=true', 'active=false'))).status).toBe(400);
    expect((await get(next.replace('active=true&', ''))).status).toBe(400);
    expect((await get(next.replace('/sessions', '/courier/messages'))).status).toBe(400);
    const token = new URL(next, server.adminUrl).searchParams.get('page_token') ?? '';
    const changed = `${token.startsWith('A') ? 'B' : 'A'}${token.slice(1)}`;
    expect((await get(next.replace(token, changed))).status).toBe(400);
  });

  test.each([
    '/admin/sessions?active=maybe',
    '/admin/sessions?expand=shoes',
    '/admin/sessions?page_size=lots',
    '/admin/sessions?page_token=nonsense',
    '/admin/sessions/not-an-id',
    '/admin/identities/not-an-id/sessions',
    `/admin/identities/${NOBODY}/sessions?active=maybe`,
  ])('refuses %s', async (path) => {
    expect((await get(path)).status).toBe(400);
  });

  test('of somebody who is switched off are all ended, however they are asked for', async () => {
    const state = (value: string): Promise<Answer> =>
      http.request('PATCH', `${server.adminUrl}/admin/identities/${owner}`, {
        json: [{ op: 'replace', path: '/state', value }],
      });
    await state('inactive');
    for (const path of ['/admin/sessions', `/admin/identities/${owner}/sessions`]) {
      expect(idsOf(await get(`${path}?active=true`)), path).toEqual([]);
      const ended = await get(`${path}?active=false`);
      expect(idsOf(ended), path).toHaveLength(5);
      expect(readList({ json: ended.json }, 'json').map((each) => read(each, 'active'))).toEqual(
        Array.from({ length: 5 }, () => false),
      );
    }
    await state('active');
    expect(idsOf(await own('?active=true'))).toHaveLength(5);
  });

  test('of somebody unknown there are none', async () => {
    const answer = await get(`/admin/identities/${NOBODY}/sessions`);
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual([]);
  });

  test('shows person and devices to those who ask for them', async () => {
    const [id] = idsOf(await own());
    const plain = await get(`/admin/sessions/${String(id)}`);
    expect(read(plain.json, 'identity')).toBeNull();
    const whole = await get(`/sessions/${String(id)}?expand=Identity&expand=DEVICES`);
    expect(read(whole.json, 'identity.id')).toBe(owner);
    expect(read(whole.json, 'devices.0.id')).toBeTypeOf('string');
    expect(whole.text).not.toContain('ory_st_');
  });

  test('is not extended before its time', async () => {
    const [id] = idsOf(await own());
    const before = await get(`/admin/sessions/${String(id)}`);
    const after = await http.request('PATCH', `${server.adminUrl}/admin/sessions/${String(id)}/extend`);
    expect(after.status).toBe(200);
    expect(read(after.json, 'expires_at')).toBe(read(before.json, 'expires_at'));
    expect((await http.request('PATCH', `${server.adminUrl}/admin/sessions/${NOBODY}/extend`)).status).toBe(404);
  });

  test('one that is disabled stays in the list, inactive; the others go on', async () => {
    const [id] = idsOf(await own('?active=true'));
    expect((await http.request('DELETE', `${server.adminUrl}/admin/sessions/${String(id)}`)).status).toBe(204);
    expect(idsOf(await own('?active=false'))).toEqual([id]);
    expect(idsOf(await own('?active=true'))).toHaveLength(4);
    expect(idsOf(await get('/admin/sessions?active=false'))).toEqual([id]);
    const answers = await Promise.all(
      tokens.map((token) => http.get(`${server.publicUrl}/sessions/whoami`, { headers: { 'x-session-token': token } })),
    );
    expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(['200', '200', '200', '200', '401']);
    expect((await http.request('DELETE', `${server.adminUrl}/admin/sessions/${NOBODY}`)).status).toBe(404);
  });

  test('a person who is locked out has no active session, shown or not', async () => {
    const state = (value: string): Promise<Answer> =>
      http.request('PATCH', `${server.adminUrl}/admin/identities/${owner}`, {
        json: [{ op: 'replace', path: '/state', value }],
      });
    await state('inactive');
    const list = await get('/admin/sessions');
    const actives = Array.isArray(list.json) ? list.json.map((each: unknown) => read(each, 'active')) : [];
    expect(actives).toEqual([false, false, false, false, false]);
    await state('active');
  });

  test('all of a person are deleted at once', async () => {
    const url = `${server.adminUrl}/admin/identities/${owner}/sessions`;
    expect((await http.request('DELETE', url)).status).toBe(204);
    expect(idsOf(await own())).toEqual([]);
    expect((await http.request('DELETE', url)).status).toBe(404);
  });
});
