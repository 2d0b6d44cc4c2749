import Router from '@koa/router';
import inject from 'light-my-request';
import Koa from 'koa';
import { describe, expect, test } from 'vitest';
import { createRequestScope } from '../../telemetry/request-scope.ts';
import { createErrors } from './errors.ts';
import { createCanonicalPaths, createUnknownRoutes } from './paths.ts';
import { createPrefetchGuard } from './prefetch.ts';
import { createRequestId } from './request-id.ts';
import { createRequestLimits } from './request-limits.ts';

const scope = createRequestScope();

/** The middleware of both listeners, in their order: ids, errors, limits, paths, prefetch, then routes. */
function listener() {
  const seen: (string | undefined)[] = [];
  const app = new Koa();
  app.use(createRequestId({ random: { uuid: () => 'made-here' }, scope, clientIp: () => '192.0.2.7' }));
  app.use(createErrors({ dev: false, requestId: scope.current, log: { error: () => undefined } }).middleware());
  app.use(createRequestLimits());
  app.use(createCanonicalPaths('http://127.0.0.1:4433/auth/'));
  app.use(createPrefetchGuard());
  app.use(createUnknownRoutes());
  const router = new Router({ strict: true, sensitive: true });
  const handle = (ctx: Koa.Context) => {
    seen.push(scope.current());
    ctx.body = 'handled';
  };
  router.get('/self-service/login/browser', handle);
  router.get('/self-service/methods/oidc/callback/:provider', handle);
  router.get('/health/alive', handle);
  router.post('/sessions', handle);
  router.delete('/sessions', handle);
  router.get('/identities/:id', handle);
  app.use(router.routes());
  return { app, seen };
}

async function ask(url: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' | 'PUT' | 'POST' = 'GET') {
  const { app, seen } = listener();
  const answer = await inject(withUrl(app, url), { method, url: '/', headers });
  return { status: answer.statusCode, payload: answer.payload, headers: answer.headers, seen };
}

/** The raw request target, which the library under the tests would tidy up. */
function withUrl(app: Koa, url: string): ReturnType<Koa['callback']> {
  const handler = app.callback();
  return (request, response) => {
    request.url = url;
    return handler(request, response);
  };
}

describe('a path', () => {
  test.each([
    '/health/./alive',
    '/health/../health/alive',
    '/health/%2e%2e/health/alive',
    '/health/%2E/alive',
    '/health%2falive',
    '/health%2Falive',
    '/health%5calive',
    '/health\\alive',
    '/health/alive;x=1',
    '/health/alive;',
    '/health/alive%00',
    'http://evil.example/health/alive',
    '*',
    '',
    '/nothing/here',
    '//health/../alive',
    '//health%2falive',
    '//\\\\evil.example',
    '/HEALTH/alive',
  ])('%j is not found, in plain text', async (url) => {
    const { status, payload, headers, seen } = await ask(url);
    expect({ status, payload, type: headers['content-type'], seen }).toEqual({
      status: 404,
      payload: '404 page not found\n',
      type: 'text/plain; charset=utf-8',
      seen: [],
    });
  });

  test.each([
    ['//health/alive', '/auth/health/alive'],
    ['/health//alive?x=//', '/auth/health/alive?x=//'],
    ['/health/alive/', '/auth/health/alive'],
    ['///health///alive//?a=1&a=2', '/auth/health/alive?a=1&a=2'],
    ['//evil.example/x', '/auth/evil.example/x'],
    ['//', '/auth/'],
  ])('%j leads to %s with its method, before any route', async (url, location) => {
    const answer = await ask(url, {}, 'POST');
    expect([answer.status, answer.headers['location'], answer.seen]).toEqual([307, location, []]);
  });

  test.each(['/health/alive', '/health/alive?x=//;..%2f', '/identities/50%25', '/identities/a%3Bb', '/identities/..x'])(
    '%j is found',
    async (url) => {
      expect((await ask(url)).status).toBe(200);
    },
  );
});

test('a known path with another method names those it takes', async () => {
  const { status, headers, payload } = await ask('/sessions', {}, 'PUT');
  expect(status).toBe(405);
  expect(headers['allow']).toBe('DELETE, POST');
  expect(payload).toBe('Method Not Allowed\n');
});

test('no header turns one method into another', async () => {
  expect((await ask('/sessions', { 'x-http-method-override': 'DELETE' })).status).toBe(405);
});

describe('what is too much', () => {
  test.each<[number, string, Record<string, string>]>([
    [414, `/health/alive?${'x'.repeat(8_192)}`, {}],
    [431, '/health/alive', Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`x-${i}`, '1']))],
  ])('is answered with %i and ends the connection', async (status, url, headers) => {
    const answer = await ask(url, headers);
    expect(answer.status).toBe(status);
    expect(answer.headers['connection']).toBe('close');
    expect(answer.seen).toEqual([]);
  });

  test('begins one byte later', async () => {
    expect((await ask(`/health/alive?${'x'.repeat(8_192 - 14)}`)).status).toBe(200);
    expect((await ask('/health/alive', { cookie: 'x'.repeat(15_000) })).status).toBe(200);
  });
});

describe('HEAD and fetching ahead', () => {
  const paths = [
    '/self-service/login/browser',
    '/self-service/registration/api',
    '/self-service/recovery?flow=1&token=2',
    '/self-service/verification?code=1',
    '/self-service/settings?flow=1',
    '/self-service/logout?token=x',
    '/self-service/methods/oidc/callback/github?code=1',
    '/self-service/login/flows?id=1',
    '/SELF-SERVICE/login/browser',
  ];
  test.each(paths)('do nothing at %s', async (url) => {
    for (const headers of [{ 'sec-purpose': 'prefetch;prerender' }, { purpose: 'prefetch' }, { 'x-moz': 'prefetch' }]) {
      expect(await ask(url, headers)).toMatchObject({ status: 204, payload: '', seen: [] });
    }
    expect(await ask(url, {}, 'HEAD')).toMatchObject({ status: 204, payload: '', seen: [] });
  });

  test('are answered where nothing changes', async () => {
    expect((await ask('/health/alive', { purpose: 'prefetch' })).status).toBe(200);
    expect((await ask('/health/alive', {}, 'HEAD')).status).toBe(200);
  });

  test('are not taken for a person who clicks', async () => {
    expect(await ask('/self-service/login/browser')).toMatchObject({ status: 200, payload: 'handled' });
  });
});

describe('the id of a request', () => {
  test('is the one it brings, if that is plain', async () => {
    expect((await ask('/health/alive', { 'x-request-id': 'trace-1:2' })).seen).toEqual(['trace-1:2']);
  });

  test.each(['', 'a b', 'x'.repeat(129), '{"level":"fatal"}'])(
    'is made here for %j, which is not echoed either',
    async (id) => {
      const { seen } = await ask('/health/alive', { 'x-request-id': id });
      expect(seen).toEqual(['made-here']);
      const refused = await ask(`/health/alive?${'x'.repeat(9_000)}`, { 'x-request-id': id });
      expect(JSON.parse(refused.payload)).not.toHaveProperty('error.request');
    },
  );

  test('is known only while the request is answered', async () => {
    await ask('/health/alive');
    expect(scope.current()).toBeUndefined();
  });
});
