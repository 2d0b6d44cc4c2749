import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPerson } from '../support/admin.ts';
import { type EmbeddedServer, startEmbedded } from '../support/embedded.ts';
import { createHttpClient, read, readList, type HttpClient } from '../support/http-client.ts';
import { newestCode } from '../support/mailbox.ts';
import { MAIL_FILES, mailConfig } from '../support/mail-config.ts';
import { begin, messagesOf, signIn, type Kind } from '../support/self-service.ts';

const person = { email: 'rosalind@sallyport.test', password: 'clouds over the harbour' };

let server: EmbeddedServer;
let http: HttpClient;
beforeAll(async () => {
  server = await startEmbedded({
    config: mailConfig({ uri: 'smtp://127.0.0.1:1/' }, { passwordless: true }),
    files: MAIL_FILES,
  });
  http = createHttpClient({ cookies: false });
  await createPerson(server.adminUrl, person);
});
afterAll(async () => {
  http.close();
  await server.stop();
});

/** What a right submit of each kind of flow carries; only the field of a case is wrong. */
const GOOD: Readonly<Record<Kind, object>> = {
  login: { method: 'password', identifier: person.email, password: person.password },
  registration: { method: 'password', traits: { email: 'new@sallyport.test' }, password: person.password },
  settings: { method: 'profile', traits: { email: person.email } },
  recovery: { method: 'code', email: person.email },
  verification: { method: 'code', email: person.email },
};
const KINDS = Object.keys(GOOD) as readonly Kind[];

async function send(kind: Kind, fields: object) {
  const headers: Record<string, string> = {};
  if (kind === 'settings') {
    const { json } = await signIn(http, server.publicUrl, person);
    headers['x-session-token'] = String(read(json, 'session_token'));
  }
  const flow = await http.get(`${server.publicUrl}/self-service/${kind}/api`, { headers });
  const answer = await http.post(String(read(flow.json, 'ui.action')), { headers, json: fields });
  return { flow, answer };
}

const contextOf = (json: unknown, name: string): unknown =>
  read(
    readList(json, 'ui.nodes').find((node) => read(node, 'attributes.name') === name),
    'messages.0.context',
  );

describe('a field of a wrong type leaves the flow, and is told at its node', () => {
  const payloads = [
    [42, 'number'],
    [[1], 'array'],
    ['text', 'string'],
    [true, 'boolean'],
  ] as const;
  test.each(KINDS.flatMap((kind) => payloads.map(([value, type]) => [kind, type, value] as const)))(
    'transient_payload of a %s: %s',
    async (kind, type, value) => {
      const { flow, answer } = await send(kind, { ...GOOD[kind], transient_payload: value });
      expect(answer.status, answer.text).toBe(400);
      expect(read(answer.json, 'id')).toBe(read(flow.json, 'id'));
      expect(messagesOf(answer.json, 'transient_payload')).toEqual([4000026]);
      expect(contextOf(answer.json, 'transient_payload')).toEqual({ allowed_types: ['object'], actual_type: type });
      expect(messagesOf(answer.json)).toEqual([]);
    },
  );

  test('a transient payload in a form of a browser leads back to the page, which says so', async () => {
    const browser = createHttpClient();
    const flow = await begin(browser, server.publicUrl, 'login', 'browser');
    const form = { ...GOOD.login, csrf_token: flow.csrf, transient_payload: '[1]' };
    const sent = await browser.post(flow.action, { form, accept: 'text/html' });
    expect([sent.status, sent.location]).toEqual([303, expect.stringContaining(`flow=${flow.id}`)]);
    const shown = await browser.get(`${server.publicUrl}/self-service/login/flows?id=${flow.id}`);
    expect(messagesOf(shown.json, 'transient_payload')).toEqual([4000026]);
    browser.close();
  });

  test.each(['registration', 'settings'] as const)('traits of a %s', async (kind) => {
    for (const [value, type] of [
      [[], 'array'],
      [7, 'number'],
      [true, 'boolean'],
    ] as const) {
      const { answer } = await send(kind, { ...GOOD[kind], traits: value });
      expect([answer.status, messagesOf(answer.json, 'traits')]).toEqual([400, [4000026]]);
      expect(contextOf(answer.json, 'traits')).toEqual({ allowed_types: ['object'], actual_type: type });
    }
  });

  test.each([
    ['login', 'identifier', {}],
    ['registration', 'password', {}],
    ['settings', 'password', { method: 'password' }],
    ['recovery', 'email', {}],
    ['verification', 'email', {}],
  ] as const)('of a %s: %s', async (kind, name, more) => {
    for (const value of [['x'], { a: 1 }, 7]) {
      const { answer } = await send(kind, { ...GOOD[kind], ...more, [name]: value });
      expect([answer.status, messagesOf(answer.json, name)]).toEqual([400, [4000026]]);
    }
  });
});

describe('a field that was emptied is empty', () => {
  const shown = (json: unknown): unknown =>
    read(
      readList(json, 'ui.nodes').find((node) => read(node, 'attributes.name') === 'identifier'),
      'attributes.value',
    );
  const unknown = 'nobody@sallyport.test';

  test.each([
    ['code', {}],
    ['code', { identifier: '' }],
    ['password', { password: 'x' }],
    ['password', { identifier: '', password: 'x' }],
  ])('an identifier of a login by %s: %j', async (method, fields) => {
    const flow = await begin(http, server.publicUrl, 'login', 'api');
    const first = await http.post(flow.action, { json: { method, identifier: unknown, password: 'x' } });
    expect([first.status, shown(first.json)]).toEqual([400, unknown]);
    const second = await http.post(flow.action, { json: { method, ...fields } });
    expect([second.status, messagesOf(second.json, 'identifier'), messagesOf(second.json)]).toEqual([
      400,
      [4000002],
      [],
    ]);
    expect(shown(second.json)).toBe('');
  });

  test('the page that waits for a code keeps the identifier it was sent for', async () => {
    const flow = await begin(http, server.publicUrl, 'login', 'api');
    await http.post(flow.action, { json: { method: 'code', identifier: person.email } });
    const code = await newestCode(server, person.email);
    const wrongly = await http.post(flow.action, { json: { method: 'code', code: '000000' } });
    expect(messagesOf(wrongly.json)).toEqual([4010008]);
    expect((await http.post(flow.action, { json: { method: 'code', code } })).status).toBe(200);
  });
});

test('a verification tells a name that no method has from a method that is not its own', async () => {
  const { answer } = await send('verification', { method: 'smoke', email: person.email });
  expect([answer.status, messagesOf(answer.json, 'method'), messagesOf(answer.json)]).toEqual([400, [4000001], []]);
  for (const fields of [{ method: 'link' }, {}]) {
    const other = await send('verification', fields);
    expect([other.answer.status, messagesOf(other.answer.json)]).toEqual([400, [4010006]]);
  }
});

describe('what is only compared is wrong, whatever its type', () => {
  test.each([7, true, ['clouds over the harbour'], { $gt: '' }])('a password of a login: %j', async (password) => {
    const { answer } = await send('login', { ...GOOD.login, password });
    expect([answer.status, messagesOf(answer.json)]).toEqual([400, [4000006]]);
  });

  test.each([7, ['000000'], { $ne: null }])('a code: %j', async (code) => {
    const flow = await begin(http, server.publicUrl, 'login', 'api');
    await http.post(flow.action, { json: { method: 'code', identifier: person.email } });
    const given = await http.post(flow.action, { json: { method: 'code', identifier: person.email, code } });
    expect([given.status, messagesOf(given.json)]).toEqual([400, [4010008]]);
  });
});
