import inject from 'light-my-request';
import Koa from 'koa';
import { describe, expect, test } from 'vitest';
import type { Session } from '../../session/session.ts';
import { createKeyring } from '../../secret/keyring.ts';
import { createSessionCookie } from './session-cookie.ts';
import type { SessionCookieDependencies } from './session-cookie.ts';
import { presentedSession } from './session-token.ts';

const NOW = Date.UTC(2026, 0, 1);
const SECRET = 'a secret that seals cookies in tests';
const settings = {
  name: 'shop_session',
  persistent: true,
  path: '/',
  domain: undefined,
  secure: false,
  sameSite: 'lax',
} as const;

function make(more: Partial<SessionCookieDependencies> = {}, secrets: readonly string[] = [SECRET]) {
  return createSessionCookie({
    keyring: createKeyring(secrets, 'session cookie'),
    clock: { now: () => NOW },
    settings,
    baseUrl: 'http://127.0.0.1:4433/',
    ...more,
  });
}

// Only its end matters to a cookie.
const session = { expiresAt: NOW + 43_199_500 } as Session;

async function run(act: (ctx: Koa.Context) => unknown, headers: Record<string, string | string[]> = {}) {
  const app = new Koa();
  let result: unknown;
  app.use((ctx) => {
    result = act(ctx);
    ctx.body = '';
  });
  const response = await inject(app.callback(), { url: '/', headers });
  return { result, cookies: [response.headers['set-cookie'] ?? []].flat() };
}

async function issued(cookie = make()): Promise<string> {
  const { cookies } = await run((ctx) => cookie.issue(ctx, 'ory_st_x', session));
  return /^shop_session=([^;]*)/.exec(cookies[0] ?? '')?.[1] ?? '';
}

test('a session cookie has the attributes of the wire', async () => {
  const { cookies } = await run((ctx) => make().issue(ctx, 'ory_st_x', session));
  expect(cookies[0]?.replace(/=[^;]+/, '=V')).toBe(
    'shop_session=V; Path=/; Expires=Thu, 01 Jan 2026 11:59:59 GMT; Max-Age=43199; HttpOnly; SameSite=Lax',
  );
  expect(cookies[0]).not.toContain('ory_st_x');
});

test('a cookie that is not persistent ends with the browser, and the settings are taken over', async () => {
  const cookie = make({
    settings: { ...settings, persistent: false, domain: 'example.org', secure: true, sameSite: 'strict', path: '/a' },
  });
  const { cookies } = await run((ctx) => cookie.issue(ctx, 'ory_st_x', session));
  expect(cookies[0]?.replace(/=[^;]+/, '=V')).toBe(
    'shop_session=V; Path=/a; Domain=example.org; HttpOnly; Secure; SameSite=Strict',
  );
});

test('clearing ends the cookie at once', async () => {
  const { cookies } = await run((ctx) => make().clear(ctx));
  expect(cookies).toEqual([
    'shop_session=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; HttpOnly; SameSite=Lax',
  ]);
});

test('what was issued is read again; issuing twice gives two values', async () => {
  const value = await issued();
  const { result } = await run((ctx) => make().read(ctx), { cookie: `theme=dark; shop_session=${value}` });
  expect(result).toEqual({ token: 'ory_st_x', expiresAt: session.expiresAt });
  expect(await issued()).not.toBe(value);
});

describe('is taken for absent', () => {
  test.each([
    ['another environment', make({ baseUrl: 'https://id.example.org/' })],
    ['another name', make({ settings: { ...settings, name: 'other' } })],
    ['a secret that is gone', make({}, ['another secret of the same length'])],
    ['its end', make({ clock: { now: () => session.expiresAt } })],
  ])('a cookie of %s', async (_what, reader) => {
    const value = await issued();
    const { result } = await run((ctx) => reader.read(ctx), { cookie: `shop_session=${value}; other=${value}` });
    expect(result).toBeUndefined();
  });

  test.each(['', 'garbage', 'A'.repeat(5_000), '%00', '{"token":"x"}'])('the value %j', async (value) => {
    const { result } = await run((ctx) => make().read(ctx), { cookie: `shop_session=${value}` });
    expect(result).toBeUndefined();
  });

  test('a box with something else in it', async () => {
    const keyring = createKeyring([SECRET], 'session cookie');
    const bound = JSON.stringify(['session cookie', 1, 'shop_session', 'http://127.0.0.1:4433']);
    for (const plain of ['[]', '{}', '{"token":1,"expires_at":1}']) {
      const { result } = await run((ctx) => make().read(ctx), { cookie: `shop_session=${keyring.seal(plain, bound)}` });
      expect(result).toBeUndefined();
    }
  });
});

test('a cookie sealed with the old secret is read after a new one was put in front', async () => {
  const value = await issued();
  const { result } = await run((ctx) => make({}, ['a new secret in front of the old']).read(ctx), {
    cookie: `shop_session=${value}`,
  });
  expect(result).toBeUndefined();
  const both = await run((ctx) => make({}, ['a new secret in front of the old', SECRET]).read(ctx), {
    cookie: `shop_session=${value}`,
  });
  expect(both.result).toMatchObject({ token: 'ory_st_x' });
});

test('a cookie planted beside the real one does not sign a person out', async () => {
  const value = await issued();
  const { result } = await run((ctx) => make().read(ctx), { cookie: `shop_session=planted; shop_session=${value}` });
  expect(result).toMatchObject({ token: 'ory_st_x' });
});

describe('the session a request presents', () => {
  const reader = {
    read: (ctx: Koa.Context) => (ctx.get('Cookie') === 's=1' ? { token: 'cookie', expiresAt: 1 } : undefined),
  };
  const all = { 'x-session-token': 'header', cookie: 's=1', authorization: 'bearer bearer' };
  test.each([
    [all, { token: 'header', by: 'header' }],
    [
      { ...all, 'x-session-token': '' },
      { token: 'cookie', by: 'cookie' },
    ],
    [
      { ...all, 'x-session-token': 'nonsense' },
      { token: 'nonsense', by: 'header' },
    ],
    [
      { cookie: 's=1', authorization: 'Bearer x' },
      { token: 'cookie', by: 'cookie' },
    ],
    [
      { cookie: 's=2', authorization: 'Bearer x' },
      { token: 'x', by: 'bearer' },
    ],
    [{ authorization: 'bEARER x' }, { token: 'x', by: 'bearer' }],
    [{ authorization: 'Bearer' }, undefined],
    [{ authorization: 'Bearer ' }, undefined],
    [{ authorization: '' }, undefined],
    [{ authorization: 'Bearer x y' }, undefined],
    [{ authorization: 'Bearer  x' }, undefined],
    [{ authorization: 'Basic x' }, undefined],
    [{ authorization: 'Bearer t\u00f6ken' }, undefined],
    [{}, undefined],
  ])('by %j is %j', async (headers, expected) => {
    expect((await run((ctx) => presentedSession(ctx, reader), headers)).result).toEqual(expected);
  });

  test('by two Authorization headers is none', () => {
    const rawHeaders = ['Authorization', 'Bearer a', 'authorization', 'Bearer b'];
    const ctx = { get: () => '', req: { headers: { authorization: 'Bearer a' }, rawHeaders } };
    // Only these members are looked at; the library under the tests joins doubled headers.
    expect(presentedSession(ctx as unknown as Koa.Context, { read: () => undefined })).toBeUndefined();
  });
});
