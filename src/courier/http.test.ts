import { describe, expect, test } from 'vitest';
import { must } from '../kernel/error.ts';
import { parseMessageId } from '../kernel/id.ts';
import type { JsonObject } from '../kernel/json.ts';
import { createPost, createWebHookSend, type HttpDeps, type HttpRequest } from './http.ts';
import type { OutboxMessage } from './message.ts';

const id = '00000000-0000-4000-8000-00000000000a';
const message = (more: Partial<OutboxMessage> = {}): OutboxMessage => ({
  id: must(parseMessageId(id), 'id'),
  type: 'sms',
  channel: 'sms',
  recipient: '+4915112345678',
  template: 'login_code_valid',
  data: { to: '+4915112345678', login_code: '012345' },
  subject: '',
  body: '012345 is your sign-in code.',
  usefulUntil: undefined,
  identityId: undefined,
  flowId: undefined,
  status: 'processing',
  sendCount: 0,
  dueAt: 0,
  createdAt: 0,
  updatedAt: 0,
  ...more,
});
const request = (more: Partial<HttpRequest> = {}): HttpRequest => ({
  url: 'https://sms.example/send',
  method: 'POST',
  headers: {},
  body: undefined,
  auth: undefined,
  ...more,
});

interface Call {
  readonly url: string;
  readonly init: RequestInit;
}
function endpoint(answer: () => Response): HttpDeps & { readonly calls: readonly Call[] } {
  const calls: Call[] = [];
  return {
    calls,
    fetch: async (url, init) => {
      calls.push({ url, init });
      return answer();
    },
    html: () => undefined,
  };
}
const ok = (): Response => new Response(null, { status: 204 });
const signal = new AbortController().signal;
const header = (call: Call | undefined, name: string): string | null => new Headers(call?.init.headers).get(name);

test('a message goes out with the row id as idempotency key, the same at each try', async () => {
  const deps = endpoint(ok);
  const send = createPost(deps)(request());
  expect(await send(message(), signal)).toEqual({ kind: 'sent' });
  await send(message({ sendCount: 1 }), signal);
  expect(deps.calls.map((call) => header(call, 'idempotency-key'))).toEqual([id, id]);
  expect(JSON.parse(String(deps.calls[0]?.init.body))).toMatchObject({
    recipient: '+4915112345678',
    template_type: 'login_code_valid',
    login_code: '012345',
    recovery_code: null,
    body: '012345 is your sign-in code.',
  });
});

test('a template of its own sees the message as ctx', async () => {
  const deps = endpoint(ok);
  await createPost(deps)(request({ body: (ctx) => ({ ctx }) }))(message(), signal);
  expect(JSON.parse(String(deps.calls[0]?.init.body))).toEqual({
    ctx: {
      recipient: '+4915112345678',
      subject: '',
      body: '012345 is your sign-in code.',
      template_type: 'login_code_valid',
      template_data: { to: '+4915112345678', login_code: '012345' },
      message_type: 'sms',
      request_headers: {},
    },
  });
});

test.each([
  [{ type: 'basic_auth', user: 'u', password: 'p' } as const, 'authorization', 'Basic dTpw'],
  [{ type: 'api_key', name: 'X-Key', value: 'k', in: 'header' } as const, 'x-key', 'k'],
  [{ type: 'api_key', name: 'key', value: 'k', in: 'cookie' } as const, 'cookie', 'key=k'],
])('it shows who it is by %j', async (auth, name, value) => {
  const deps = endpoint(ok);
  await createPost(deps)(request({ auth }))(message(), signal);
  expect(header(deps.calls[0], name)).toBe(value);
});

test.each([
  [200, 'sent'],
  [299, 'sent'],
  [302, 'permanent'],
  [400, 'permanent'],
  [401, 'away'],
  [403, 'away'],
  [404, 'permanent'],
  [407, 'away'],
  [408, 'temporary'],
  [410, 'permanent'],
  [422, 'permanent'],
  [425, 'temporary'],
  [429, 'temporary'],
  [500, 'temporary'],
  [503, 'temporary'],
])('an endpoint that answers %i: %s', async (status, kind) => {
  const deps = endpoint(() => new Response('secret answer', { status }));
  const sent = await createPost(deps)(request())(message(), signal);
  expect(sent.kind).toBe(kind);
  expect(JSON.stringify(sent)).not.toContain('secret');
  expect(deps.calls[0]?.init.redirect).toBe('manual');
});

test('no answer is the server being away, and the reason holds no address', async () => {
  const deps = endpoint(() => {
    throw new TypeError('fetch failed for https://sms.example/send?key=secret');
  });
  const sent = await createPost(deps)(request({ url: 'https://sms.example/send?key=secret' }))(message(), signal);
  expect(sent.kind).toBe('away');
  expect(JSON.stringify(sent)).not.toContain('secret');
});

test('a body template that fails is given up', async () => {
  const body = (): never => {
    throw Object.assign(new Error('secret 012345'), { line: 3 });
  };
  const sent = await createPost(endpoint(ok))(request({ body }))(message(), signal);
  expect(sent).toEqual({ kind: 'permanent', reason: 'The body template of the channel failed in line 3.' });
});

test('a web hook goes out as it was written down', async () => {
  const deps = endpoint(ok);
  const data = { method: 'PUT', headers: { 'X-Hook': 'yes' }, body: '{"a":1}' };
  const hook = message({
    type: 'http',
    channel: 'http',
    template: 'web_hook',
    recipient: 'https://crm.example/x',
    data,
    body: '{"a":1}',
  });
  expect(await createWebHookSend(deps)(hook, signal)).toEqual({ kind: 'sent' });
  expect(deps.calls[0]).toMatchObject({ url: 'https://crm.example/x', init: { method: 'PUT', body: '{"a":1}' } });
  expect(header(deps.calls[0], 'x-hook')).toBe('yes');
  expect(header(deps.calls[0], 'idempotency-key')).toBe(id);
});

test('a web hook by GET carries no body', async () => {
  const deps = endpoint(ok);
  const hook = message({
    type: 'http',
    channel: 'http',
    recipient: 'https://crm.example/x',
    data: { method: 'GET' },
    body: '{}',
  });
  await createWebHookSend(deps)(hook, signal);
  expect(deps.calls[0]?.init.body).toBeUndefined();
});

describe('a form', () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  test('is made from a flat object', async () => {
    const deps = endpoint(ok);
    const body = (ctx: JsonObject): JsonObject => ({ To: ctx['recipient'] ?? null, Body: 'ä & b', N: 1, Nil: null });
    expect(await createPost(deps)(request({ headers, body }))(message(), signal)).toEqual({ kind: 'sent' });
    expect(deps.calls[0]?.init.body).toBe('To=%2B4915112345678&Body=%C3%A4+%26+b&N=1&Nil=');
    expect(header(deps.calls[0], 'content-type')).toBe('application/x-www-form-urlencoded');
  });
  test.each([[{ a: { b: 1 } }], [['a']], ['text']])('cannot be made from %j', async (made) => {
    const sent = await createPost(endpoint(ok))(request({ headers, body: () => made }))(message(), signal);
    expect(sent.kind).toBe('permanent');
  });
  test('is the only type beside JSON', () => {
    expect(() => createPost(endpoint(ok))(request({ headers: { 'Content-Type': 'text/xml' } }))).toThrow(
      /JSON or as a form/,
    );
  });
});

test('the headers of the request stand beside the data', async () => {
  const deps = endpoint(ok);
  const data = { login_code: '012345', request_headers: { 'User-Agent': ['x'] } };
  await createPost(deps)(request({ body: (ctx) => ctx }))(message({ data }), signal);
  expect(JSON.parse(String(deps.calls[0]?.init.body))).toMatchObject({
    template_data: { login_code: '012345' },
    request_headers: { 'User-Agent': ['x'] },
  });
});
