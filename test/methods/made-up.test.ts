import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { METHODS } from '../../src/strategy/methods.ts';
import { BASIC_CONFIG, BASIC_FILES } from '../support/basic-config.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { createHttpClient, type HttpClient, read, readList, readText } from '../support/http-client.ts';
import { begin, messagesOf, register, signIn } from '../support/self-service.ts';
import { pin, token } from './made-up.ts';

const person = { email: 'ada@sallyport.test', password: 'clouds over the harbour' };
const SECTION = (name: string, value: string): string =>
  `    ${name}: { enabled: true, config: { value: '${value}' } }\n`;
const config = BASIC_CONFIG.replace(
  '  methods:\n',
  `  methods:\n${SECTION('token', 'open sesame')}${SECTION('pin', '1234')}`,
);

describe('methods that a test brings, one object and one entry of the registry each', () => {
  let server: EmbeddedServer;
  const clients: HttpClient[] = [];
  beforeAll(async () => {
    server = await startEmbedded({ config, files: BASIC_FILES, registry: [...METHODS, token, pin] });
    await register(open(), server.publicUrl, person, 'browser');
  });
  afterAll(async () => {
    for (const client of clients) client.close();
    await server.stop();
  });

  function open(cookies = true): HttpClient {
    const client = createHttpClient({ cookies });
    clients.push(client);
    return client;
  }

  const groups = (flow: unknown): readonly unknown[] => [
    ...new Set(readList(flow, 'ui.nodes').map((node) => read(node, 'group'))),
  ];

  test('a first factor has its nodes in its place and signs a person in', async () => {
    const browser = open();
    const flow = await begin(browser, server.publicUrl, 'login', 'browser');
    expect(groups(flow.json)).toEqual(['token', 'default', 'password']);
    const answer = (value: string) =>
      browser.post(flow.action, {
        json: { method: 'token', identifier: person.email, token: value, csrf_token: flow.csrf },
      });
    const refused = await answer('open barley');
    expect([refused.status, messagesOf(refused.json)]).toEqual([400, [4010002]]);
    const { status, json } = await answer('open sesame');
    expect([status, readText(json, 'session.authentication_methods.0.method')]).toEqual([200, 'token']);
    expect((await browser.get(`${server.publicUrl}/sessions/whoami`)).status).toBe(200);
  });

  test('a second factor that an account does not have is asked of nobody', async () => {
    expect((await signIn(open(), server.publicUrl, person, 'browser')).status).toBe(200);
  });

  describe('an account with a second factor', () => {
    let browser: HttpClient;
    const submit = async (query: string, json: Readonly<Record<string, unknown>>) => {
      const flow = await begin(browser, server.publicUrl, 'login', 'browser', query);
      return { flow: flow.json, answer: await browser.post(flow.action, { json: { ...json, csrf_token: flow.csrf } }) };
    };
    const whoami = async () => (await browser.get(`${server.publicUrl}/sessions/whoami`)).json;

    beforeAll(async () => {
      browser = open();
      await signIn(browser, server.publicUrl, person, 'browser');
      const flow = await begin(browser, server.publicUrl, 'settings', 'browser');
      await browser.post(flow.action, { json: { method: 'pin', csrf_token: flow.csrf } });
    });

    test('is led to it after the first one', async () => {
      const other = open();
      const { status, json } = await signIn(other, server.publicUrl, person, 'browser');
      const to = `${server.publicUrl}/self-service/login/browser?aal=aal2`;
      expect([status, read(json, 'redirect_browser_to')]).toEqual([422, to]);
      expect((await other.get(`${server.publicUrl}/sessions/whoami`)).status).toBe(403);
    });

    test('gets its session without the account where it is an app', async () => {
      const { status, json } = await signIn(open(false), server.publicUrl, person, 'api');
      expect([status, read(json, 'session.authenticator_assurance_level'), read(json, 'session.identity')]).toEqual([
        200,
        'aal1',
        null,
      ]);
    });

    test('adds it to the session it has, is told so when it asks again, and proves it once more on wish', async () => {
      const before = await whoami();
      expect(read(before, 'error.id')).toBe('session_aal2_required');
      const { flow, answer } = await submit('?aal=aal2', { method: 'pin', pin: '1234' });
      expect([read(flow, 'requested_aal'), messagesOf(flow), groups(flow)]).toEqual([
        'aal2',
        [1010004],
        ['default', 'pin'],
      ]);
      expect(answer.status).toBe(200);
      const after = await whoami();
      expect(read(after, 'authenticator_assurance_level')).toBe('aal2');
      expect(readList(after, 'authentication_methods').map((each) => read(each, 'method'))).toEqual([
        'password',
        'pin',
      ]);

      const again = await browser.get(`${server.publicUrl}/self-service/login/browser?aal=aal2`);
      expect([again.status, read(again.json, 'error.id')]).toEqual([400, 'session_already_available']);
      const more = await submit('?aal=aal2&refresh=true', { method: 'pin', pin: '1234' });
      expect([messagesOf(more.flow), groups(more.flow), more.answer.status]).toEqual([
        [1010003],
        ['default', 'pin'],
        200,
      ]);
      expect(readList(await whoami(), 'authentication_methods')).toHaveLength(3);
    });

    test('cannot give the other factor in its place', async () => {
      const other = open();
      await signIn(other, server.publicUrl, person, 'browser');
      const flow = await begin(other, server.publicUrl, 'login', 'browser', '?aal=aal2');
      const first = { method: 'password', identifier: person.email, password: person.password, csrf_token: flow.csrf };
      const refused = await other.post(flow.action, { json: first });
      expect([refused.status, messagesOf(refused.json)]).toEqual([400, [4010002]]);
      const stranger = await begin(open(), server.publicUrl, 'login', 'browser');
      const second = { method: 'pin', pin: '1234', csrf_token: stranger.csrf };
      const client = clients.at(-1);
      const alone = await client?.post(stranger.action, { json: second });
      expect([alone?.status, messagesOf(alone?.json)]).toEqual([400, [4010002]]);
    });

    test('needs a session for it', async () => {
      const { status, json } = await open().get(`${server.publicUrl}/self-service/login/browser?aal=aal2`);
      expect([status, read(json, 'error.id')]).toEqual([401, 'session_aal1_required']);
    });

    test('gives it in vain when the session ended meanwhile', async () => {
      const other = open();
      await signIn(other, server.publicUrl, person, 'browser');
      const flow = await begin(other, server.publicUrl, 'login', 'browser', '?aal=aal2');
      const logout = await other.get(`${server.publicUrl}/self-service/logout/browser`);
      await other.get(readText(logout.json, 'logout_url'));
      const answer = await other.post(flow.action, { json: { method: 'pin', pin: '1234', csrf_token: flow.csrf } });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect((await other.get(`${server.publicUrl}/sessions/whoami`)).status).toBe(401);
    });
  });
});
