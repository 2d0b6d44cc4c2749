import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BASIC_FILES } from '../support/basic-config.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { type Answer, createHttpClient, formEncode, type HttpClient, read } from '../support/http-client.ts';
import { createHttpClients } from '../support/http-clients.ts';
import { begin, register } from '../support/self-service.ts';
import type { Store } from '../../src/store/store.ts';
import { SallyportError } from '../../src/kernel/error.ts';

const html = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const person = { email: 'ada@sallyport.test', password: 'clouds over the harbour' };

const CONFIG = `
log: { level: fatal }
identity:
  default_schema_id: person
  schemas: [{ id: person, url: 'file://<folder>/person.schema.json' }]
serve: { public: { trusted_proxies: { count: 1, header: X-Forwarded-For } } }
limits: { flows: { tries: 40, per: 1m } }
hashers: { argon2: { memory: 8MB, iterations: 1 } }
selfservice:
  allowed_return_urls: [https://app.example.test/]
  methods: { password: { config: { haveibeenpwned_enabled: false } } }
  flows: { registration: { style: unified, after: { password: { hooks: [{ hook: session }] } } } }
`;

/** Takes the database away as long as `down` is set. */
function losable(store: Store, state: { readonly down: boolean }): Store {
  const lost = (): never => {
    throw new SallyportError('unavailable', 'The database is not available.');
  };
  const guarded = <T extends object>(part: T): T =>
    new Proxy(part, { get: (target, key) => (state.down ? lost : Reflect.get(target, key)) });
  return { ...store, flows: guarded(store.flows), sessions: guarded(store.sessions), limits: guarded(store.limits) };
}

let server: EmbeddedServer;
let network = 0;
const state = { down: false };
const { open, close } = createHttpClients();
beforeAll(async () => {
  server = await startEmbedded({ config: CONFIG, files: BASIC_FILES, between: (store) => losable(store, state) });
});
beforeEach(() => {
  network += 1;
  state.down = false;
});
afterAll(async () => {
  close();
  await server.stop();
});

const from = (): Record<string, string> => ({ 'x-forwarded-for': `192.0.2.${network}` });

/** What makes an answer a page for people: a title, a language, a way back, and a policy of its own. */
const seen = ({ status, headers, text, url }: Answer) => ({
  status,
  type: headers['content-type'],
  language: /<html lang="([^"]+)">/.exec(text)?.[1],
  titled: /<title>Error: [^<]+<\/title>/.test(text),
  wayBack: text.includes(`<a href="${new URL(url).origin}/`),
  guarded: String(headers['content-security-policy']).includes("frame-ancestors 'none'"),
});
const page = (status: number): ReturnType<typeof seen> => ({
  status,
  type: 'text/html; charset=utf-8',
  language: 'en',
  titled: true,
  wayBack: true,
  guarded: true,
});

interface Case {
  readonly what: string;
  readonly status: number;
  ask(http: HttpClient, headers: Record<string, string>): Promise<Answer>;
}

const many = Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`x-${i}`, '1']));
const form = 'application/x-www-form-urlencoded';
const get =
  (path: string, more: Record<string, string> = {}): Case['ask'] =>
  (http, headers) =>
    http.get(`${server.publicUrl}${path}`, { headers: { ...headers, ...more } });

const CASES: readonly Case[] = [
  { what: 'an unknown address', status: 404, ask: get('/no/such/page') },
  { what: 'an address that two parsers may read in two ways', status: 404, ask: get('/ui/login;a=1') },
  {
    what: 'a method that an address does not take',
    status: 405,
    ask: (http, headers) => http.request('PUT', `${server.publicUrl}/self-service/login`, { headers }),
  },
  {
    what: 'a form that is too large',
    status: 413,
    async ask(http, headers) {
      const { action, csrf } = await begin(http, server.publicUrl, 'login', 'browser');
      const body = formEncode({ csrf_token: csrf, identifier: 'x'.repeat(70_000) });
      return http.post(action, { body, headers: { ...headers, 'content-type': form } });
    },
  },
  { what: 'an address that is too long', status: 414, ask: get(`/ui/login?flow=${'x'.repeat(9_000)}`) },
  {
    what: 'too many flows from one network',
    status: 429,
    async ask(http, headers) {
      const path = `${server.publicUrl}/self-service/login/browser`;
      for (let i = 0; i < 40; i += 1) await http.get(path, { headers });
      return http.get(path, { headers });
    },
  },
  { what: 'too many header fields', status: 431, ask: get('/', many) },
  ...['/', '/self-service/login/browser', '/ui/registration?flow='].map((path): Case => ({
    what: `a database that is away at ${path}`,
    status: 503,
    async ask(http, headers) {
      state.down = false;
      const { id } = await begin(http, server.publicUrl, 'registration', 'browser');
      state.down = true;
      return get(path.replace(/=$/, `=${id}`), { 'x-session-token': 'x' })(http, headers);
    },
  })),
];

describe('what a browser gets without a flow', () => {
  test.each(CASES)('is a page: $what, $status', async ({ status, ask }) => {
    expect(seen(await ask(open(), { ...from(), accept: html }))).toEqual(page(status));
  });

  test.each(CASES)('is no page for programs: $what, $status', async ({ status, ask }) => {
    for (const headers of [
      { accept: 'application/json' },
      { accept: '*/*' },
      { accept: 'application/json, text/html;q=0.9' },
    ]) {
      network += 1;
      const answer = await ask(open(), { ...from(), ...headers });
      expect(answer.status).toBe(status);
      expect(answer.text).not.toContain('<html');
    }
  });

  test.each([
    '/sessions/whoami',
    '/self-service/login/flows?id=1',
    '/self-service/errors?id=1',
    '/schemas/none',
    '/self-service/settings/api',
  ])('is JSON at an address for programs: %s', async (path) => {
    const answer = await open().get(`${server.publicUrl}${path}`, { accept: html });
    expect(answer.headers['content-type']).toBe('application/json');
    expect(read(answer.json, 'error.code')).toBe(answer.status);
  });

  test('is a page for a form of a type that is not read: a stored error leads to it', async () => {
    const at = `${server.publicUrl}/ui/sessions`;
    const headers = { ...from(), 'content-type': 'text/plain' };
    expect(seen(await open().post(at, { body: 'a', headers, accept: html, follow: true }))).toEqual(page(200));
    expect((await open().post(at, { body: 'a', headers })).status).toBe(415);
  });

  test('waits as long as it is told to', async () => {
    const answer = await CASES.find(({ status }) => status === 429)?.ask(open(), { ...from(), accept: html });
    expect(Number(answer?.headers['retry-after'])).toBeGreaterThan(0);
    expect(answer?.text).toContain('/self-service/login/browser');
  });

  test('is a page on the admin listener as well', async () => {
    for (const path of ['/no/such/page', '/flows/1', '/inbox/1']) {
      const answer = await open().get(`${server.adminUrl}${path}`, { accept: html });
      expect(seen(answer)).toEqual(page(404));
      expect((await open().get(`${server.adminUrl}${path}`)).text).not.toContain('<html');
    }
  });
});

describe('who starts again', () => {
  const again = ({ text }: Answer): string | undefined =>
    / href="([^"]+)" class="button first"/.exec(text)?.[1]?.replaceAll('&amp;', '&');

  test.each([
    ['login', '?return_to=https://app.example.test/area', '?return_to=https%3A%2F%2Fapp.example.test%2Farea'],
    ['registration', '?return_to=https://app.example.test/', '?return_to=https%3A%2F%2Fapp.example.test%2F'],
    ['login', '', ''],
  ] as const)('after a lost cookie begins the same %s%s', async (kind, query, kept) => {
    const browser = createHttpClient();
    const flow = await begin(browser, server.publicUrl, kind, 'browser', query);
    for (const name of browser.cookies.names()) browser.cookies.delete(name);
    const fields = { csrf_token: flow.csrf, method: 'password', identifier: person.email, password: person.password };
    const shown = await browser.post(flow.action, { form: fields, accept: html, follow: true });
    expect(shown.text).toContain('<title>Error: ');
    expect(shown.text).toContain('its cookie may be gone');
    expect(again(shown)).toBe(`${server.publicUrl}/self-service/${kind}/browser${kept}`);
    // The link works: it leads to a form.
    const form = await browser.get(again(shown) ?? '', { accept: html, follow: true });
    expect([form.status, new URL(form.url).pathname]).toEqual([200, `/ui/${kind}`]);
    browser.close();
  });

  test('proves themselves again where they were asked to', async () => {
    const browser = createHttpClient();
    await register(browser, server.publicUrl, person, 'browser');
    const flow = await begin(browser, server.publicUrl, 'login', 'browser', '?refresh=true');
    const fields = { csrf_token: '', method: 'password', identifier: person.email, password: person.password };
    const shown = await browser.post(flow.action, { form: fields, accept: html, follow: true });
    expect(again(shown)).toBe(`${server.publicUrl}/self-service/login/browser?refresh=true`);
    browser.close();
  });

  test('of a flow that is gone begins the kind that its address names', async () => {
    const gone = `${server.publicUrl}/self-service/registration?flow=00000000-0000-4000-8000-000000000000`;
    const shown = await open().post(gone, { form: { method: 'password' }, accept: html, follow: true });
    expect(again(shown)).toBe(`${server.publicUrl}/self-service/registration/browser`);
  });

  test('is told nothing more by the JSON of the error', async () => {
    const browser = open();
    const flow = await begin(browser, server.publicUrl, 'login', 'browser');
    const led = await browser.post(flow.action, { form: { csrf_token: '', method: 'password' }, accept: html });
    const stored = await browser.get(`${server.publicUrl}/self-service/errors${new URL(led.location ?? '').search}`);
    expect(read(stored.json, 'error.id')).toBe('security_csrf_violation');
    expect(stored.text).not.toContain('again');
  });
});

describe('a browser that is sent round and round', () => {
  /** Follows redirects as a browser does, with the cookies that it keeps. */
  async function wander(browser: HttpClient, start: string): Promise<{ readonly hops: number; readonly last: Answer }> {
    let last = await browser.get(start, { accept: html });
    let hops = 0;
    for (; last.location !== undefined && hops < 20; hops += 1)
      last = await browser.get(new URL(last.location, last.url).href, { accept: html });
    return { hops, last };
  }

  test.each(['login', 'registration', 'settings'])('as it keeps no cookie is told so: %s', async (kind) => {
    const browser = createHttpClient({ cookies: false });
    const { hops, last } = await wander(browser, `${server.publicUrl}/self-service/${kind}/browser`);
    expect(hops).toBeLessThan(8);
    expect(seen(last)).toEqual(page(403));
    expect(last.text).toContain('did not send back the cookie');
    browser.close();
  });

  test('gets a form again once the cookie is kept, and from a tab that was left open', async () => {
    const browser = createHttpClient();
    const first = await wander(browser, `${server.publicUrl}/ui/login?flow=00000000-0000-4000-8000-000000000000`);
    expect([first.last.status, new URL(first.last.url).pathname]).toEqual([200, '/ui/login']);
    for (const name of browser.cookies.names()) browser.cookies.delete(name);
    server.pass(60_000);
    const later = await wander(browser, first.last.url);
    expect([later.last.status, new URL(later.last.url).pathname]).toEqual([200, '/ui/login']);
    browser.close();
  });

  test('between the sign-in and a page that does not see the session is told so, and may then go on', async () => {
    const browser = createHttpClient();
    await register(browser, server.publicUrl, { ...person, email: 'loop@sallyport.test' }, 'browser');
    const ask = (): Promise<Answer> =>
      browser.get(`${server.publicUrl}/self-service/login/browser?return_to=https://app.example.test/`, {
        accept: html,
        headers: from(),
      });
    for (let i = 0; i < 10; i += 1) expect((await ask()).location).toBe('https://app.example.test/');
    const led = await ask();
    const shown = await browser.get(led.location ?? '', { accept: html });
    expect(shown.text).toContain('does not see it');
    expect((await ask()).location).toBe('https://app.example.test/');
    browser.close();
  });
});
