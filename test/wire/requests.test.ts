import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPerson } from '../support/admin.ts';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { createHttpClient, read, type Fields } from '../support/http-client.ts';
import { begin, signIn } from '../support/self-service.ts';
import { startServer, type TestServer } from '../support/server.ts';

const person = { email: 'rosalind@sallyport.test', password: 'clouds over the harbour' };
const HTML = { accept: 'text/html' };
const UNKNOWN = '0b3c2a4e-5d6f-4a7b-8c9d-0e1f2a3b4c5d';
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

  describe('JSON that is sent with the Accept of fetch', () => {
    const any = { accept: '*/*' };

    test('registration, login and settings answer in JSON, and refusals do', async () => {
      const http = createHttpClient();
      const email = 'bela@sallyport.test';
      const opened = await begin(http, server.publicUrl, 'registration', 'browser');
      const json = { csrf_token: opened.csrf, method: 'password', traits: { email }, password: person.password };
      const registered = await http.post(opened.action, { ...any, json });
      expect([registered.status, read(registered.json, 'identity.traits.email')]).toEqual([200, email]);
      const settings = await begin(http, server.publicUrl, 'settings', 'browser');
      const profile = { csrf_token: settings.csrf, method: 'profile', traits: { email: 'bela.b@sallyport.test' } };
      const saved = await http.post(settings.action, { ...any, json: profile });
      expect([saved.status, read(saved.json, 'state')]).toEqual([200, 'success']);
      http.close();
      const other = createHttpClient();
      const login = await begin(other, server.publicUrl, 'login', 'browser');
      const proof = { csrf_token: login.csrf, method: 'password', identifier: person.email, password: person.password };
      expect((await other.post(login.action, { ...any, json: { ...proof, password: 'wrong' } })).status).toBe(400);
      const signedIn = await other.post(login.action, { ...any, json: proof });
      expect([signedIn.status, read(signedIn.json, 'session.active')]).toEqual([200, true]);
      other.close();
    });

    test('a form of a browser is led on', async () => {
      const http = createHttpClient();
      const flow = await begin(http, server.publicUrl, 'login', 'browser');
      const form = { csrf_token: flow.csrf, method: 'password', identifier: person.email, password: person.password };
      expect((await http.post(flow.action, { ...any, form })).location).toBe(HOME);
      http.close();
    });
  });

  test.each(['login', 'registration', 'recovery', 'verification', 'settings'] as const)(
    'the address of a %s form, opened by itself, leads to a page',
    async (kind) => {
      const http = createHttpClient();
      await signIn(http, server.publicUrl, person, 'browser');
      const id = kind === 'settings' ? (await begin(http, server.publicUrl, kind, 'browser')).id : UNKNOWN;
      const page = await http.get(`${server.publicUrl}/self-service/${kind}?flow=${id}`, HTML);
      expect(page.status).toBe(kind === 'registration' ? 302 : 303);
      expect(page.location).toMatch(new RegExp(`/${kind}\\?flow=${id}$`));
      const bare = await http.get(`${server.publicUrl}/self-service/${kind}`, HTML);
      expect([bare.status, bare.location]).toEqual([303, `${server.publicUrl}/self-service/${kind}/browser`]);
      http.close();
    },
  );

  describe('settings without a session', () => {
    const at = (kind: string): readonly string[] => ['', '=', `=${UNKNOWN}`, '=nonsense'].map((id) => `${kind}${id}`);

    test.each([
      ...at('/self-service/settings/flows?id').map((path) => ['GET', path] as const),
      ...at('/self-service/settings?flow').map((path) => ['POST', path] as const),
    ])('are not told whether there is such a flow: %s %s', async (method, path) => {
      const http = createHttpClient({ cookies: false });
      const body = method === 'POST' ? { json: { method: 'profile', traits: {} } } : {};
      const answer = await http.request(method, `${server.publicUrl}${path}`, body);
      expect([answer.status, read(answer.json, 'error.id')]).toEqual([401, undefined]);
      const form = method === 'POST' ? { form: { method: 'profile' } } : {};
      const page = await http.request(method, `${server.publicUrl}${path}`, { ...HTML, ...form });
      expect([page.status, page.location]).toEqual([302, 'http://127.0.0.1:4455/login']);
      http.close();
    });

    test('are the same for a flow that there is', async () => {
      const mine = createHttpClient({ cookies: false });
      const { json } = await signIn(mine, server.publicUrl, person);
      const headers = { 'x-session-token': String(read(json, 'session_token')) };
      const flow = await mine.get(`${server.publicUrl}/self-service/settings/api`, { headers });
      const id = String(read(flow.json, 'id'));
      const fetched = await mine.get(`${server.publicUrl}/self-service/settings/flows?id=${id}`);
      expect([fetched.status, read(fetched.json, 'error.id')]).toEqual([401, undefined]);
      mine.close();
    });
  });

  test('two CSRF cookies of one name, as after a change of their domain, lead to the page of a flow', async () => {
    const [before, now] = [createHttpClient(), createHttpClient()];
    await begin(before, server.publicUrl, 'login', 'browser');
    await begin(now, server.publicUrl, 'login', 'browser');
    const cookie = `${before.cookies.header()}; ${now.cookies.header()}`;
    const opened = await createHttpClient().get(`${server.publicUrl}/self-service/login/browser`, {
      ...HTML,
      headers: { cookie },
    });
    const id = new URL(opened.location ?? '').searchParams.get('flow') ?? '';
    const shown = await createHttpClient().get(`${server.publicUrl}/ui/login?flow=${id}`, {
      ...HTML,
      headers: { cookie },
    });
    expect(shown.status).toBe(200);
    const token =
      /name="csrf_token" value="([^"]+)"/.exec(shown.text)?.[1]?.replaceAll('&#43;', '+').replaceAll('&#x2B;', '+') ??
      '';
    const form = { csrf_token: token, method: 'password', identifier: person.email, password: person.password };
    const answer = await createHttpClient().post(`${server.publicUrl}/self-service/login?flow=${id}`, {
      ...HTML,
      form,
      headers: { cookie },
    });
    expect(answer.location).toBe(HOME);
    before.close();
    now.close();
  });
});
