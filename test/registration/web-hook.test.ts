import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { countStored, createPerson } from '../support/admin.ts';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { type HookAnswer, type HookReceiver, startHookReceiver } from '../support/hook-receiver.ts';
import { createHttpClient, type HttpClient, read, readText } from '../support/http-client.ts';
import { begin, messagesOf, register, signIn } from '../support/self-service.ts';
import { startServer, type TestServer } from '../support/server.ts';

const PASSWORD = 'clouds over the harbour';

const hook = (path: string, more = ''): string =>
  `{ hook: web_hook, config: { url: '<hooks>/${path}', method: POST, body: 'file://body.jsonnet'${more} } }`;

const CONFIG = BASIC_CONFIG.replace(
  'after: { password: { hooks: [{ hook: session }] } }',
  `before: { hooks: [${hook('before')}] }
      after:
        password:
          hooks:
            - ${hook('later', ', response: { ignore: true }')}
            - ${hook('told')}
            - ${hook('check', ", response: { parse: true }, auth: { type: api_key, config: { name: X-Key, value: '123', in: header } }")}
            - { hook: session }`,
)
  .replace(
    'login: { ui_url: http://127.0.0.1:4455/login }',
    `login: { ui_url: 'http://127.0.0.1:4455/login', after: { password: { hooks: [${hook('login', ', can_interrupt: true')}] } } }`,
  )
  .replace(
    'settings: { ui_url: http://127.0.0.1:4455/settings }',
    `settings: { ui_url: 'http://127.0.0.1:4455/settings', after: { hooks: [${hook('settings', ', can_interrupt: true')}] } }`,
  );

const refusal = (pointer: string): HookAnswer => ({
  status: 400,
  body: { messages: [{ instance_ptr: pointer, messages: [{ id: 9200001, text: 'Not you.', type: 'error' }] }] },
});

describe('web hooks', () => {
  let server: TestServer;
  let hooks: HookReceiver;
  let http: HttpClient;
  let count = 0;

  beforeAll(async () => {
    hooks = await startHookReceiver();
    server = await startServer({
      config: CONFIG,
      files: { ...BASIC_FILES, 'body.jsonnet': 'function(ctx) ctx' },
      names: { hooks: hooks.url },
    });
  });
  beforeEach(() => {
    hooks.forget();
    hooks.answer({ status: 204 });
    http = createHttpClient({ cookies: false });
    return () => http.close();
  });
  afterAll(async () => {
    await server.stop();
    await hooks.stop();
  });

  const somebody = (): string => `person${(count += 1)}@sallyport.test`;
  /** Answers one path so, and everything else with 204. */
  const answer = (path: string, how: HookAnswer): void =>
    hooks.answer((request) => (request.path === path ? how : { status: 204 }));
  /** By the requests of people themselves; what the courier brings comes later, maybe in a later test. */
  const asked = (): readonly string[] => hooks.received.map(({ path }) => path).filter((path) => path !== '/later');
  const askedAbout = (email: string): readonly string[] =>
    hooks.received.filter(({ body }) => JSON.stringify(body ?? null).includes(email)).map(({ path }) => path);
  const stored = async (id: string): Promise<unknown> =>
    (await http.get(`${server.adminUrl}/admin/identities/${id}`)).json;

  test('are called where the diagram shows them: before, before anything is stored, after it, and by the courier', async () => {
    const email = somebody();
    const { status, json, text } = await register(http, server.publicUrl, { email, password: PASSWORD });
    expect(status, text).toBe(200);
    const later = await hooks.first('/later');
    expect(asked()).toEqual(['/before', '/check', '/told']);
    const [before, check] = hooks.received;
    expect(read(before?.body, 'identity')).toBeUndefined();
    expect(check?.headers['x-key']).toBe('123');
    const id = readText(json, 'identity.id');
    for (const request of [check, later]) {
      expect(read(request?.body, 'identity.id')).toBe(id); // the one that is stored, also before it is
      expect(read(request?.body, 'identity.traits')).toEqual({ email });
      expect(read(request?.body, 'flow.type')).toBe('api');
    }
    expect(later.headers['idempotency-key']).toBeTruthy();
  });

  test('get the allowed headers and the transient payload, and no cookie, token or CSRF token', async () => {
    const flow = await begin(http, server.publicUrl, 'registration', 'browser');
    const browser = createHttpClient();
    const own = await begin(browser, server.publicUrl, 'registration', 'browser');
    const traits = { email: somebody() };
    const json = {
      method: 'password',
      traits,
      password: PASSWORD,
      csrf_token: own.csrf,
      transient_payload: { plan: 'b2b' },
    };
    const headers = { 'user-agent': 'Test/1', authorization: 'Bearer SECRET', 'x-session-token': 'SECRET' };
    const { status, text } = await browser.post(own.action, { json, headers });
    browser.close();
    expect(status, text).toBe(200);
    const { body } = await hooks.first('/check');
    expect(read(body, 'request_headers.User-Agent')).toEqual(['Test/1']);
    expect(read(body, 'flow.transient_payload')).toEqual({ plan: 'b2b' });
    expect(read(body, 'request_cookies')).toEqual({});
    expect(read(body, 'request_url')).toBe(own.action);
    const sent = JSON.stringify(body);
    for (const secret of ['SECRET', PASSWORD, own.csrf, flow.csrf]) expect(sent).not.toContain(secret);
  });

  test('refuse with a message at its node, and nothing is stored or told', async () => {
    const before = await countStored(server.adminUrl);
    const email = somebody();
    answer('/check', refusal('#/traits/email'));
    const { status, json } = await register(http, server.publicUrl, { email, password: PASSWORD });
    expect(status).toBe(400);
    expect(messagesOf(json, 'traits.email')).toEqual([9200001]);
    expect(asked()).toEqual(['/before', '/check']);
    expect(askedAbout(email)).toEqual(['/check']);
    expect(await countStored(server.adminUrl)).toEqual(before);
  });

  test('refuse the whole form where they point nowhere', async () => {
    answer('/check', refusal('#/'));
    const { json } = await register(http, server.publicUrl, { email: somebody(), password: PASSWORD });
    expect(messagesOf(json)).toEqual([9200001]);
  });

  test('change the person before they are stored', async () => {
    const email = somebody();
    const identity = {
      traits: { email, name: 'By Hook' },
      metadata_public: { a: 1 },
      metadata_admin: { b: 2 },
      external_id: `crm-${email}`,
    };
    answer('/check', { status: 200, body: { identity } });
    const { json } = await register(http, server.publicUrl, { email, password: PASSWORD });
    expect(read(json, 'identity.traits')).toEqual({ email, name: 'By Hook' });
    expect(await stored(readText(json, 'identity.id'))).toMatchObject(identity);
  });

  test.each([400, 403, 404, 410, 422])('refuse the form with %i and nothing a person could read', async (status) => {
    const before = await countStored(server.adminUrl);
    answer('/check', { status, body: { error: 'SECRET' } });
    const refused = await register(http, server.publicUrl, { email: somebody(), password: PASSWORD });
    expect([refused.status, messagesOf(refused.json)]).toEqual([400, [4000001]]);
    expect(refused.text).not.toContain('SECRET');
    expect(await countStored(server.adminUrl)).toEqual(before);
  });

  test('that switch the person off leave them stored so, and nobody signed in', async () => {
    answer('/check', { status: 200, body: { identity: { state: 'inactive' } } });
    const email = somebody();
    const before = await countStored(server.adminUrl);
    const { status, json } = await register(http, server.publicUrl, { email, password: PASSWORD });
    const id = readText(json, 'error.details.identity_id');
    expect([status, read(json, 'error.id')]).toEqual([401, undefined]);
    expect(await stored(id)).toMatchObject({ id, state: 'inactive', traits: { email } });
    const after = await countStored(server.adminUrl);
    expect(after).toEqual({ ...before, identities: before.identities + 1 });
    expect((await signIn(http, server.publicUrl, { email, password: PASSWORD })).status).toBeGreaterThanOrEqual(400);
    // Hooks after the commit hear of it as it is.
    expect(read((await hooks.first('/told')).body, 'identity.state')).toBe('inactive');
  });

  test('that switch the person off lead a browser to the error page, without a session cookie', async () => {
    answer('/check', { status: 200, body: { identity: { state: 'inactive' } } });
    const browser = createHttpClient();
    const flow = await begin(browser, server.publicUrl, 'registration', 'browser');
    const form = { method: 'password', 'traits.email': somebody(), password: PASSWORD, csrf_token: flow.csrf };
    const sent = await browser.post(flow.action, { form, accept: 'text/html' });
    expect(sent.location).toMatch(/\/error\?id=/);
    expect(browser.cookies.names().filter((name) => name.includes('session'))).toEqual([]);
    browser.close();
  });

  test('that make traits the schema refuses are at fault, not the person', async () => {
    const before = await countStored(server.adminUrl);
    answer('/check', { status: 200, body: { identity: { traits: { email: 'no address', extra: 1 } } } });
    const { status, json } = await register(http, server.publicUrl, { email: somebody(), password: PASSWORD });
    expect([status, read(json, 'error.id')]).toEqual([500, 'hook_failed']);
    expect(await countStored(server.adminUrl)).toEqual(before);
  });

  test.each([
    ['asks to come back later', { status: 429, body: { error: 'SECRET' }, headers: { 'retry-after': '0' } }],
    ['is broken', { status: 501, body: 'SECRET' }],
    ['answers 200 and no object', { status: 200, body: 'yes' }],
    ['leads elsewhere for people', { status: 302, headers: { location: '/other' } }],
    ['leads in circles', { status: 307, headers: { location: '/check' } }],
    ['answers a part', { status: 206, body: {} }],
  ])('that %s: 502, nothing stored, nothing told', async (_name, how) => {
    const before = await countStored(server.adminUrl);
    answer('/check', how);
    const { status, json, text } = await register(http, server.publicUrl, { email: somebody(), password: PASSWORD });
    expect([status, read(json, 'error.id')]).toEqual([502, 'upstream_error']);
    expect(text).not.toMatch(/SECRET|web_hook|check/);
    expect(await countStored(server.adminUrl)).toEqual(before);
    expect(server.log()).toContain('web_hook');
  });

  // Security AD-6: an address that moved has said nothing yet.
  test.each([307, 308])('that moved are asked where they are now: %i', async (status) => {
    const before = await countStored(server.adminUrl);
    hooks.answer(({ path }) => {
      if (path === '/check' || path === '/login') return { status, headers: { location: '/moved' } };
      return path === '/moved' ? refusal('#/') : { status: 204 };
    });
    const { status: answered, json } = await register(http, server.publicUrl, {
      email: somebody(),
      password: PASSWORD,
    });
    expect([answered, messagesOf(json)]).toEqual([400, [9200001]]);
    const [first, moved] = hooks.received.filter(({ path }) => path !== '/before');
    expect([moved?.method, moved?.body, moved?.headers['x-key']]).toEqual(['POST', first?.body, '123']);
    expect(await countStored(server.adminUrl)).toEqual(before);
    const person = { email: somebody(), password: PASSWORD };
    await createPerson(server.adminUrl, person);
    expect((await signIn(http, server.publicUrl, person)).status).toBe(400);
  });

  test('that fail after the person is stored do not spoil the answer', async () => {
    answer('/told', { status: 403, body: refusal('#/').body });
    const { status, json } = await register(http, server.publicUrl, { email: somebody(), password: PASSWORD });
    expect(status).toBe(200);
    expect(read(json, 'session.active')).toBe(true);
    expect(server.log()).toContain('It answered 403.');
  });

  test('before a flow refuse it, and there is none', async () => {
    answer('/before', { status: 501 });
    const { status, json } = await http.get(`${server.publicUrl}/self-service/registration/api`);
    expect([status, read(json, 'error.id')]).toEqual([502, 'upstream_error']);
  });

  test('of login refuse it, and there is no session', async () => {
    const person = { email: somebody(), password: PASSWORD };
    const id = await createPerson(server.adminUrl, person);
    const before = await countStored(server.adminUrl);
    answer('/login', refusal('#/identifier'));
    const refused = await signIn(http, server.publicUrl, person);
    expect(refused.status).toBe(400);
    expect(messagesOf(refused.json, 'identifier')).toEqual([9200001]);
    expect(await countStored(server.adminUrl)).toEqual(before);
    expect(read((await hooks.first('/login')).body, 'identity.id')).toBe(id);
    hooks.answer({ status: 204 });
    expect((await signIn(http, server.publicUrl, person)).status).toBe(200);
  });

  // X1: the reference never runs a blocking hook of the flow's own list.
  test('in the list of the flow itself refuse the changes of every method', async () => {
    const person = { email: somebody(), password: PASSWORD };
    await createPerson(server.adminUrl, person);
    const { json } = await signIn(http, server.publicUrl, person);
    const headers = { 'x-session-token': readText(json, 'session_token') };
    const flow = await http.get(`${server.publicUrl}/self-service/settings/api`, { headers });
    answer('/settings', refusal('#/traits/name'));
    const change = { method: 'profile', traits: { email: person.email, name: 'Other' } };
    const refused = await http.post(readText(flow.json, 'ui.action'), { headers, json: change });
    expect(refused.status).toBe(400);
    expect(messagesOf(refused.json, 'traits.name')).toEqual([9200001]);
    const { body } = await hooks.first('/settings');
    expect(read(body, 'identity.traits.name')).toBe('Other');
    expect(read(body, 'session.active')).toBe(true);
    const whoami = await http.get(`${server.publicUrl}/sessions/whoami`, { headers });
    expect(read(whoami.json, 'identity.traits')).toEqual({ email: person.email });
  });
});
