import inject from 'light-my-request';
import Koa from 'koa';
import { describe, expect, test } from 'vitest';
import type { PublicListener } from '../../config/config.ts';
import { createCors } from './cors.ts';

type Settings = NonNullable<PublicListener['cors']>;
const settings: Settings = {
  origins: ['https://app.example.org', 'https://*.wild.example'],
  methods: ['POST', 'GET'],
  headers: ['Content-Type', 'X-Session-Token'],
  exposed: ['Content-Type'],
  credentials: true,
  maxAge: 60,
};

async function answer(cors: Settings | undefined, headers: Record<string, string>, method: 'GET' | 'OPTIONS' = 'GET') {
  const app = new Koa();
  app.use(createCors(cors));
  app.use((ctx) => {
    ctx.status = 418;
  });
  return inject(app.callback(), { method, url: '/', headers });
}

const allowedOf = async (origin: string, cors: Settings | undefined = settings) =>
  (await answer(cors, { origin })).headers['access-control-allow-origin'];

test('off, no origin is answered and no preflight taken', async () => {
  const response = await answer(
    undefined,
    { origin: 'https://app.example.org', 'access-control-request-method': 'POST' },
    'OPTIONS',
  );
  expect(response.statusCode).toBe(418);
  expect(Object.keys(response.headers).filter((name) => /^access-control|^vary$/.test(name))).toEqual([]);
});

describe('an origin is allowed', () => {
  test.each(['https://app.example.org', 'https://a.wild.example', 'https://a.b.wild.example'])('%s', async (origin) => {
    expect(await allowedOf(origin)).toBe(origin);
  });
});

describe('an origin is not allowed', () => {
  test.each([
    'null',
    'http://app.example.org',
    'https://app.example.org:8443',
    'https://app.example.org.evil.example',
    'https://evilapp.example.org',
    'https://wild.example',
    'https://.wild.example',
    'https://evilwild.example',
    'https://a.wild.example:8443',
    'http://a.wild.example',
    'https://evil.example/.wild.example',
    'https://evil.example?.wild.example',
    'https://user@a.wild.example',
  ])('%s', async (origin) => {
    expect(await allowedOf(origin)).toBeUndefined();
  });
});

test('credentials go to named origins, never to everyone', async () => {
  const named = await answer(settings, { origin: 'https://app.example.org' });
  expect(named.headers['access-control-allow-credentials']).toBe('true');
  const everyone = await answer({ ...settings, origins: ['*'] }, { origin: 'https://evil.example' });
  expect(everyone.headers['access-control-allow-origin']).toBe('*');
  expect(everyone.headers).not.toHaveProperty('access-control-allow-credentials');
  expect(await allowedOf('null', { ...settings, origins: ['*'] })).toBeUndefined();
});

test('answers differ by origin and say so, allowed or not', async () => {
  expect((await answer(settings, {})).headers['vary']).toBe('Origin');
  expect((await answer(settings, { origin: 'https://evil.example' })).headers['vary']).toBe('Origin');
});

test('a preflight is answered at the door', async () => {
  const ask = (origin: string) => answer(settings, { origin, 'access-control-request-method': 'POST' }, 'OPTIONS');
  const allowed = await ask('https://app.example.org');
  expect(allowed.statusCode).toBe(204);
  expect(allowed.headers).toMatchObject({
    'access-control-allow-origin': 'https://app.example.org',
    'access-control-allow-methods': 'POST, GET',
    'access-control-allow-headers': 'Content-Type, X-Session-Token',
    'access-control-max-age': '60',
  });
  expect((await ask('https://evil.example')).headers).not.toHaveProperty('access-control-allow-methods');
});

test('an answer names what scripts may read, a bare OPTIONS is no preflight', async () => {
  const response = await answer(settings, { origin: 'https://app.example.org' }, 'OPTIONS');
  expect(response.statusCode).toBe(418);
  expect(response.headers['access-control-expose-headers']).toBe('Content-Type');
});

describe('a wildcard, which is none where credentials are sent,', () => {
  const open: Settings = { ...settings, headers: ['*'], methods: ['*'], exposed: ['*'] };
  const asked = {
    origin: 'https://app.example.org',
    'access-control-request-method': 'PATCH',
    'access-control-request-headers': 'content-type, x-csrf-token, not a token',
  };

  test('is answered by what a preflight asks for', async () => {
    const { headers } = await answer(open, asked, 'OPTIONS');
    expect(headers['access-control-allow-headers']).toBe('content-type, x-csrf-token');
    expect(headers['access-control-allow-methods']).toBe('PATCH');
    const both = await answer({ ...open, headers: ['X-Own', '*'] }, asked, 'OPTIONS');
    expect(both.headers['access-control-allow-headers']).toBe('X-Own, content-type, x-csrf-token');
  });

  test('is answered by the names of the headers that an answer has', async () => {
    const { headers } = await answer(open, { origin: asked.origin });
    const exposed = String(headers['access-control-expose-headers']).split(', ');
    expect(exposed).toContain('vary');
    expect(exposed).not.toContain('*');
    expect(exposed).not.toContain('set-cookie');
  });
});
