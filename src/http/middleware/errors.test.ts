import inject from 'light-my-request';
import Koa from 'koa';
import { expect, test } from 'vitest';
import { SallyportError } from '../../kernel/error.ts';
import { createErrors } from './errors.ts';
import { writeJson } from './json.ts';

async function answerTo(
  error: unknown,
  { dev = false, headers = {} }: { dev?: boolean; headers?: Record<string, string> } = {},
) {
  const logged: Readonly<Record<string, unknown>>[] = [];
  const { middleware } = createErrors({
    dev,
    requestId: () => 'request-1',
    log: { error: (_message, facts) => logged.push(facts) },
  });
  const app = new Koa();
  app.use(middleware());
  app.use(() => {
    throw error;
  });
  const response = await inject(app.callback(), { url: '/x?token=canary', headers });
  const body = JSON.parse(response.payload) as { error: Record<string, unknown> }; // the envelope under test
  return { response, body, logged };
}

test('an error with an id has the envelope and header of the wire', async () => {
  const error = new SallyportError('session_inactive', 'There is no active session.');
  const { response, body, logged } = await answerTo(error);
  expect(response.statusCode).toBe(401);
  expect(response.headers['content-type']).toBe('application/json');
  expect(response.headers['ory-error-id']).toBe('session_inactive');
  expect(body).toEqual({
    error: {
      id: 'session_inactive',
      code: 401,
      status: 'Unauthorized',
      reason: 'There is no active session.',
      message: expect.any(String),
    },
  });
  expect(Object.keys(body.error)).toEqual(['id', 'code', 'status', 'reason', 'message']);
  expect(logged).toEqual([]);
});

test('who has to verify an address first is told 403, and 400 in the body, as on the wire', async () => {
  const { response, body } = await answerTo(new SallyportError('session_verified_address_required', 'First verify.'));
  expect(response.statusCode).toBe(403);
  expect(body.error).toMatchObject({ id: 'session_verified_address_required', code: 400, status: 'Bad Request' });
});

test('an error without an id sends no id and no header', async () => {
  const { response, body } = await answerTo(new SallyportError('flow_not_found', 'There is no such flow.'));
  expect(response.statusCode).toBe(404);
  expect(response.headers).not.toHaveProperty('ory-error-id');
  expect(body.error).not.toHaveProperty('id');
});

test('details, members beside the error and the time to wait go along', async () => {
  const error = new SallyportError('session_aal2_required', 'More is needed.', {
    details: { redirect_browser_to: 'https://x.example/' },
    beside: { redirect_browser_to: 'https://x.example/' },
    retryAfter: 1.2,
  });
  const { response, body } = await answerTo(error);
  expect(body).toMatchObject({
    error: { details: { redirect_browser_to: 'https://x.example/' } },
    redirect_browser_to: 'https://x.example/',
  });
  expect(response.headers['retry-after']).toBe('2');
});

test('the id a client brought is echoed', async () => {
  const { body } = await answerTo(new SallyportError('bad_request', 'No.'), { headers: { 'x-request-id': 'abc' } });
  expect(body.error['request']).toBe('abc');
});

test.each([
  ['a bug', new Error('select canary from secrets at /srv/canary.ts')],
  ['a failed hook', new SallyportError('hook_failed', 'The hook canary threw.', { cause: new Error('canary') })],
  ['something that is no error', 'canary'],
  ['nothing', undefined],
])('%s answers with a request id and nothing more, and is logged whole', async (_what, error) => {
  const { response, body, logged } = await answerTo(error);
  expect(response.statusCode).toBe(500);
  expect(response.payload).not.toContain('canary');
  expect(body.error).toMatchObject({ code: 500, status: 'Internal Server Error', request: 'request-1' });
  expect(body.error).not.toHaveProperty('reason');
  expect(logged).toEqual([expect.objectContaining({ error, status: 500, path: '/x' })]);
});

test('a deliberate refusal under load is no failure', async () => {
  const { response, logged } = await answerTo(new SallyportError('overloaded', 'No room.', { retryAfter: 1 }));
  expect(response.statusCode).toBe(503);
  expect(response.headers['retry-after']).toBe('1');
  expect(logged).toEqual([]);
});

test('development shows why', async () => {
  const { body } = await answerTo(new SallyportError('hook_failed', 'The hook x threw.'), { dev: true });
  expect(body.error).toMatchObject({ id: 'hook_failed', reason: 'The hook x threw.' });
});

test.each(['payload_too_large', 'uri_too_long', 'headers_too_large'] as const)(
  '%s ends the connection',
  async (code) => {
    expect((await answerTo(new SallyportError(code, 'Too much.'))).response.headers['connection']).toBe('close');
  },
);

test('headers set before the error stay: a cookie may go with it', async () => {
  const { middleware } = createErrors({ dev: false, requestId: () => undefined, log: { error: () => undefined } });
  const app = new Koa();
  app.use(middleware());
  app.use((ctx) => {
    ctx.set('Set-Cookie', 'a=1');
    throw new SallyportError('forbidden', 'No.');
  });
  expect((await inject(app.callback(), '/')).headers['set-cookie']).toBe('a=1');
});

test('JSON never looks like HTML and ends its line', async () => {
  const app = new Koa();
  app.use((ctx) => writeJson(ctx, 201, { html: '</script>&\u2028' }));
  const response = await inject(app.callback(), '/');
  expect(response.statusCode).toBe(201);
  expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(response.payload).toBe('{"html":"\\u003c/script\\u003e\\u0026\\u2028"}\n');
});
