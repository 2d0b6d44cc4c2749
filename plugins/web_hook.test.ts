import assert from 'node:assert/strict';
import { hookTest, type HookCase } from 'sallyport/plugin/test';
import { expect, test } from 'vitest';
import webHook from './web_hook.ts';
import { schema, type WebHook } from './web_hook/config.ts';
import { send } from './web_hook/request.ts';

const url = 'https://hooks.example/in';
const texts = {
  'file://body.jsonnet':
    'function(ctx) { flow: ctx.flow.id, email: ctx.identity.traits.email, agent: ctx.request_headers["User-Agent"][0] }',
  'file://form.jsonnet': 'function(ctx) { email: ctx.identity.traits.email, note: "a b&c" }',
  'file://nested.jsonnet': 'function(ctx) { a: { b: 1 } }',
  'file://cancel.jsonnet':
    'function(ctx) if ctx.identity.traits.email == "ann@example.org" then error "cancel" else {}',
  'file://broken.jsonnet': 'function(ctx) ctx.identity.traits.nickname',
  'file://context.jsonnet': 'function(ctx) ctx',
};
const facts = {
  flow: { id: 'f1', ui: { action: 'https://id.example/self-service/registration?flow=f1' } },
  headers: { 'user-agent': 'Test/1' },
  draft: { identity: { traits: { email: 'ann@example.org' } } },
};
const config = { url, method: 'post', body: 'file://body.jsonnet' };

/** A case whose request is looked at, and answered. */
function called(
  status: number,
  body: unknown,
  look?: (request: Request, sent: string) => void,
): Pick<HookCase, 'fetch' | 'texts' | 'facts'> {
  const answer = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    look?.(request, await request.text());
    return new Response(body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body), { status });
  };
  return { fetch: answer, texts, facts };
}
const parse = { ...config, response: { parse: true } };
const at = 'registration.after';
const message = { id: 1234, text: 'Not you.', type: 'error', context: { why: 'test' } };
const said = (pointer: string | undefined, messages: readonly unknown[] = [message]): object => ({
  messages: [{ instance_ptr: pointer, messages }],
});
const failed = (node: string | undefined): Record<string, unknown> => ({
  kind: 'fail',
  messages: [{ ...message, ...(node && { at: node }) }],
});

hookTest(
  webHook,
  [
    {
      name: 'sends what its body makes, as JSON',
      at: 'login.after',
      config,
      verdict: { kind: 'continue' },
      ...called(200, undefined, (request, sent) => {
        assert.deepEqual([request.method, request.url], ['POST', url]);
        assert.deepEqual(JSON.parse(sent), { flow: 'f1', email: 'ann@example.org', agent: 'Test/1' });
        assert.equal(request.headers.get('content-type'), 'application/json');
        assert.equal(request.headers.get('idempotency-key'), 'test');
        assert.match(request.headers.get('ory-webhook-request-id') ?? '', /^[0-9a-f-]{36}$/);
        assert.match(request.headers.get('ory-webhook-trigger-id') ?? '', /^[0-9a-f-]{36}$/);
      }),
    },
    {
      name: 'sends what it was told besides, and no ids where they are off',
      at: 'login.after',
      config: {
        ...config,
        headers: { 'X-Team': 'id', 'content-type': 'application/x-www-form-urlencoded' },
        body: 'file://form.jsonnet',
        auth: { type: 'basic_auth', config: { user: 'hook', password: 'p:w' } },
        emit_analytics_event: false,
      },
      verdict: { kind: 'continue' },
      ...called(204, undefined, (request, sent) => {
        assert.equal(sent, 'email=ann%40example.org&note=a+b%26c');
        assert.equal(request.headers.get('authorization'), `Basic ${btoa('hook:p:w')}`);
        assert.equal(request.headers.get('x-team'), 'id');
        assert.equal(request.headers.get('content-type'), 'application/x-www-form-urlencoded');
        assert.deepEqual(
          [...request.headers.keys()].filter((name) => name.startsWith('ory-')),
          [],
        );
      }),
    },
    {
      name: 'may carry its key in a cookie',
      at: 'login.after',
      config: { ...config, auth: { type: 'api_key', config: { name: 'key', value: 's3', in: 'cookie' } } },
      ...called(200, undefined, (request) => assert.equal(request.headers.get('cookie'), 'key=s3')),
    },
    {
      name: 'sees the person as they will be stored, no cookie and no session before there is one',
      at,
      config: { ...config, body: 'file://context.jsonnet', can_interrupt: true },
      ...called(200, undefined, (_request, sent) => {
        assert.partialDeepStrictEqual(JSON.parse(sent), {
          flow: facts.flow,
          request_method: 'POST',
          request_url: facts.flow.ui.action,
          request_cookies: {},
          request_headers: { 'User-Agent': ['Test/1'] },
          identity: {
            id: '00000000-0000-4000-8000-000000000001',
            schema_id: 'default',
            state: 'active',
            traits: { email: 'ann@example.org' },
          },
        });
        assert.equal('session' in JSON.parse(sent), false);
        assert.equal('metadata_admin' in JSON.parse(sent).identity, false);
      }),
    },
    {
      name: 'is not called when its body says cancel',
      at: 'login.after',
      config: { ...config, body: 'file://cancel.jsonnet' },
      verdict: { kind: 'continue' },
      texts,
      facts,
    },
    {
      name: 'fails over a body that fails',
      at: 'login.after',
      config: { ...config, body: 'file://broken.jsonnet' },
      texts,
      facts,
      throws: 'broken.jsonnet:1:',
    },
    {
      name: 'fails over a form that is not flat',
      at: 'login.after',
      config: {
        ...config,
        body: 'file://nested.jsonnet',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      },
      texts,
      facts,
      throws: 'flat object',
    },
    {
      name: 'refuses with a message at its node',
      at,
      config: { ...config, can_interrupt: true },
      verdict: failed('traits.email'),
      ...called(400, said('#/traits/email')),
    },
    {
      name: 'refuses with a message for the whole form',
      at,
      config: parse,
      verdict: failed(undefined),
      ...called(403, said('#/')),
    },
    {
      name: 'refuses without a pointer',
      at,
      config: parse,
      verdict: failed(undefined),
      ...called(403, said(undefined)),
    },
    {
      name: 'reads any other type as info',
      at,
      config: parse,
      verdict: { messages: [{ id: 1, text: 'Hm.', type: 'info' }] },
      ...called(400, said('', [{ id: 1, text: 'Hm.', type: 'warning' }])),
    },
    ...[400, 401, 403, 404, 405, 409, 410, 418, 422, 499].flatMap((code) =>
      [undefined, '', '<html>', { error: 'x' }, { messages: 'x' }, said('#/', [{ text: 'no id' }])].map((body, i) => ({
        name: `refuses the whole form with ${code} and nothing to read (${i})`,
        at,
        config: i % 2 === 0 ? parse : { ...config, can_interrupt: true },
        verdict: {
          kind: 'fail',
          messages: [
            {
              id: 4000001,
              type: 'error',
              text: 'This was refused. Please try again later, or ask for help.',
              context: { reason: 'This was refused. Please try again later, or ask for help.' },
            },
          ],
        },
        ...called(code, body),
      })),
    ),
    {
      name: 'is trouble when it refuses and may not',
      at: 'login.after',
      config,
      throws: 'It answered 403.',
      ...called(403, said('#/')),
    },
    {
      name: 'changes the person before they are stored',
      at,
      config: parse,
      ...called(200, {
        identity: {
          traits: { email: 'new@example.org' },
          metadata_public: { plan: 'b2b' },
          metadata_admin: { checked: true },
          external_id: 'crm-7',
          verifiable_addresses: [
            { via: 'email', value: 'new@example.org', verified: true },
            { via: 'email', value: 'other@example.org', verified: false },
          ],
          something: 'else',
        },
      }),
      verdict: {
        kind: 'modify',
        draft: {
          identity: {
            id: '00000000-0000-4000-8000-000000000001',
            schemaId: 'default',
            state: 'active',
            traits: { email: 'new@example.org' },
            metadataPublic: { plan: 'b2b' },
            metadataAdmin: { checked: true },
            externalId: 'crm-7',
            proved: [{ via: 'email', value: 'new@example.org' }],
            version: 0,
          },
          session: { id: '00000000-0000-4000-8000-000000000002' },
        },
      },
    },
    {
      name: 'changes nothing where nothing is stored',
      at: 'login.after',
      config: parse,
      verdict: { kind: 'continue' },
      ...called(200, { identity: { traits: { a: 1 } } }),
    },
    { name: 'changes nothing with 204', at, config: parse, verdict: { kind: 'continue' }, ...called(204, undefined) },
    {
      name: 'changes nothing with 200 and nothing',
      at,
      config: parse,
      verdict: { kind: 'continue' },
      ...called(200, ''),
    },
    {
      name: 'changes the person with 202 too',
      at,
      config: parse,
      verdict: { kind: 'modify' },
      ...called(202, { identity: { traits: { email: 'new@example.org' } } }),
    },
    {
      name: 'is trouble when its answer is JSON in no UTF-8: no other character is stored in place of a byte',
      at,
      config: parse,
      throws: '204 says that nothing changes',
      texts,
      facts,
      fetch: () =>
        Promise.resolve(
          new Response(Buffer.from('{"identity":{"traits":{"email":"\xe4nn@example.org"}}}', 'latin1'), {
            status: 200,
          }),
        ),
    },
    ...[200, 201, 202].flatMap((code) =>
      ['<html>', '[]', '"yes"', 'null'].map((text) => ({
        name: `is trouble when it answers ${code} with ${text}`,
        at,
        config: parse,
        throws: '204 says that nothing changes',
        ...called(code, text),
      })),
    ),
    ...[203, 205, 206, 226, 300, 301, 302, 303, 304, 305, 399].map((code) => ({
      name: `says nothing with ${code}`,
      at,
      config: parse,
      throws: `It answered ${code}, which is no answer of a hook.`,
      ...called(code, undefined),
    })),
    ...[205, 206, 226, 300, 301, 302, 303, 304, 399].map((code) => ({
      name: `says nothing with ${code} where only a yes is waited for`,
      at: 'login.after' as const,
      config: { ...config, can_interrupt: true },
      throws: `It answered ${code}, which is no answer of a hook.`,
      ...called(code, undefined),
    })),
    ...[200, 201, 202, 203, 204].map((code) => ({
      name: `agrees with ${code}`,
      at: 'login.after' as const,
      config: { ...config, can_interrupt: true },
      verdict: { kind: 'continue' },
      ...called(code, undefined),
    })),
    {
      name: 'is trouble when it answers with a login page',
      at: 'login.after',
      config: { ...config, can_interrupt: true },
      throws: 'a page for people',
      texts,
      facts,
      fetch: async () => new Response('<html>', { headers: { 'content-type': 'Text/HTML; charset=utf-8' } }),
    },
    ...[205, 206, 226, 300, 301, 302, 303, 304, 399].map((code) => ({
      name: `is trouble when it answers ${code} and nobody waits for a yes`,
      at: 'login.after' as const,
      config,
      throws: `It answered ${code}, which is no answer of a hook.`,
      ...called(code, undefined),
    })),
    {
      name: 'waits in the outbox where nobody waits for it',
      at,
      config: { ...config, response: { ignore: true } },
      writes: ['outbox.request'],
      texts,
      facts,
    },
    {
      name: 'that is ignored before a flow lets it begin, whatever it answers',
      at: 'login.before',
      config: { ...config, body: 'file://form.jsonnet', method: 'GET', response: { ignore: true } },
      texts: { 'file://form.jsonnet': '{}' },
      verdict: { kind: 'continue' },
    },
    { name: 'needs an address', config: { method: 'POST', body: 'file://b' }, refused: 'url' },
    { name: 'needs a body to send', config: { url, method: 'POST' }, refused: 'body' },
    {
      name: 'cannot interrupt when it is ignored',
      config: { ...config, can_interrupt: true, response: { ignore: true } },
      refused: 'ignore',
    },
    {
      name: 'cannot parse what is ignored',
      config: { ...config, response: { ignore: true, parse: true } },
      refused: 'ignore',
    },
    {
      name: 'writes JSON and forms',
      config: { ...config, headers: { 'Content-Type': 'text/plain' } },
      refused: 'application/json',
    },
    { name: 'cannot trace', config: { ...config, method: 'TRACE' }, refused: 'method' },
    {
      name: 'knows two ways to prove itself',
      config: { ...config, auth: { type: 'oauth2', config: {} } },
      refused: 'auth',
    },
    { name: 'refuses an address that is none', config: { ...config, url: 'javascript:alert(1)' }, refused: 'url' },
  ],
  test,
);

const parsed: WebHook = schema.parse(config);
const request = { method: 'POST', headers: {}, body: '{}' };

/** Answers in order; how often it was asked, and how long was waited in between. */
async function tries(
  ...answers: readonly (Response | Error)[]
): Promise<{ readonly asked: number; readonly waits: readonly number[]; readonly end: number | string }> {
  let asked = 0;
  const waits: number[] = [];
  const fetch = (): Promise<Response> => {
    const answer = answers[asked++] ?? new Error('asked too often');
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const pause = (ms: number): Promise<void> => {
    waits.push(ms);
    return Promise.resolve();
  };
  const end = await send(parsed, request, { fetch }, new AbortController().signal, { pause }).then(
    ({ status }) => status,
    (error: unknown) =>
      error instanceof Error ? `${error.name} ${String(Reflect.get(error, 'kind'))}: ${error.message}` : '',
  );
  return { asked, waits, end };
}

const reset = (): Error => new TypeError('The request failed (ECONNRESET).');
const status = (code: number, headers: Record<string, string> = {}): Response =>
  new Response(null, { status: code, headers });

test.each([
  ['a connection that breaks once', [reset(), status(200)], { asked: 2, waits: [1_000], end: 200 }],
  ['a server in trouble', [status(500), status(503), status(200)], { asked: 3, waits: [1_000, 2_000], end: 200 }],
  [
    'a server in trouble for good',
    [status(500), status(502), status(503)],
    { asked: 3, waits: [1_000, 2_000], end: 503 },
  ],
  [
    'too many requests, with the time to wait',
    [status(429, { 'retry-after': '7' }), status(204)],
    { asked: 2, waits: [7_000], end: 204 },
  ],
  ['an hour to wait', [status(429, { 'retry-after': '3600' }), status(204)], { asked: 2, waits: [30_000], end: 204 }],
  ['what is not implemented', [status(501)], { asked: 1, waits: [], end: 501 }],
  ['a refusal', [status(400)], { asked: 1, waits: [], end: 400 }],
  [
    'nobody there',
    [reset(), reset(), reset()],
    { asked: 3, waits: [1_000, 2_000], end: 'UpstreamError failed: The request failed (ECONNRESET).' },
  ],
  [
    'an address that may not be reached',
    [new TypeError('The request is refused: its host is not on the public network.')],
    {
      asked: 1,
      waits: [],
      end: 'UpstreamError failed: The request is refused: its host is not on the public network.',
    },
  ],
  [
    'silence',
    [1, 2, 3].map(() => new DOMException('The operation was aborted due to timeout', 'TimeoutError')),
    { asked: 3, waits: [1_000, 2_000], end: 'UpstreamError late: The operation was aborted due to timeout' },
  ],
])('tries again where it may help: %s', async (_name, answers, expected) => {
  expect(await tries(...answers)).toEqual(expected);
});
