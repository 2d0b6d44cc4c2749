import inject from 'light-my-request';
import Koa from 'koa';
import { describe, expect, test } from 'vitest';
import type { Session } from '../../session/session.ts';
import { createKeyring } from '../../secret/keyring.ts';
import { createSessionCookie } from './session-cookie.ts';
import type { SessionCookieDependencies } from './session-cookie.ts';

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
  expect(result).toEqual([{ token: 'ory_st_x', expiresAt: session.expiresAt }]);
  expect(await issued()).not.toBe(value);
});

describe('is taken for absent', () => {
  test.each([
    ['another environment', make({ baseUrl: 'https://id.example.org/' })],
    ['another name', make({ settings: { ...settings, name: 'other' } })],
    ['a secret that is gone', make({}, ['another secret of the same length'])],
  ])('a cookie of %s', async (_what, reader) => {
    const value = await issued();
    const { result } = await run((ctx) => reader.read(ctx), { cookie: `shop_session=${value}; other=${value}` });
    expect(result).toEqual([]);
  });

  test.each(['', 'garbage', 'A'.repeat(5_000), '%00', '{"token":"x"}'])('the value %j', async (value) => {
    const { result } = await run((ctx) => make().read(ctx), { cookie: `shop_session=${value}` });
    expect(result).toEqual([]);
  });

  test('a box with something else in it', async () => {
    const keyring = createKeyring([SECRET], 'session cookie');
    const bound = JSON.stringify(['session cookie', 1, 'shop_session', 'http://127.0.0.1:4433']);
    for (const plain of ['[]', '{}', '{"token":1,"expires_at":1}']) {
      const { result } = await run((ctx) => make().read(ctx), { cookie: `shop_session=${keyring.seal(plain, bound)}` });
      expect(result).toEqual([]);
    }
  });
});

test('a cookie sealed with the old secret is read after a new one was put in front', async () => {
  const value = await issued();
  const { result } = await run((ctx) => make({}, ['a new secret in front of the old']).read(ctx), {
    cookie: `shop_session=${value}`,
  });
  expect(result).toEqual([]);
  const both = await run((ctx) => make({}, ['a new secret in front of the old', SECRET]).read(ctx), {
    cookie: `shop_session=${value}`,
  });
  expect(both.result).toMatchObject([{ token: 'ory_st_x' }]);
});

test('all cookies that were sealed here are read, in their order; others beside them are passed over', async () => {
  const [one, two] = [await issued(), await issued()];
  const { result } = await run((ctx) => make().read(ctx), {
    cookie: `shop_session=planted; shop_session=${one}; shop_session=${two}`,
  });
  expect(result).toMatchObject([{ token: 'ory_st_x' }, { token: 'ory_st_x' }]);
});

test('a cookie whose end has passed is read: its session may have been extended', async () => {
  const value = await issued();
  const later = make({ clock: { now: () => session.expiresAt + 1 } });
  expect((await run((ctx) => later.read(ctx), { cookie: `shop_session=${value}` })).result).toHaveLength(1);
});

describe('where a browser sends several cookies of the name', () => {
  const two = { cookie: 'shop_session=1; shop_session=2' };
  const cookie = make({ settings: { ...settings, domain: 'example.org' }, baseUrl: 'https://id.example.org' });
  const gone = (cookies: readonly string[]) => cookies.filter((each) => each.startsWith('shop_session=;'));

  test('setting and clearing it ends the others', async () => {
    for (const act of [
      (ctx: Koa.Context) => cookie.issue(ctx, 'ory_st_x', session),
      (ctx: Koa.Context) => cookie.clear(ctx),
    ]) {
      const { cookies } = await run(act, two);
      expect(gone(cookies.slice(1))).toEqual([
        'shop_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax',
        'shop_session=; Path=/; Domain=id.example.org; Max-Age=0; HttpOnly; SameSite=Lax',
      ]);
    }
    expect(
      (await run((ctx) => cookie.issue(ctx, 'ory_st_x', session), { cookie: 'shop_session=1' })).cookies,
    ).toHaveLength(1);
  });

  test('all of them can be ended', async () => {
    expect(gone((await run((ctx) => cookie.clearAll(ctx), two)).cookies)).toHaveLength(3);
  });
});
