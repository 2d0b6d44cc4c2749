import inject from 'light-my-request';
import Koa from 'koa';
import { describe, expect, test } from 'vitest';
import type { IdentityId } from '../../kernel/id.ts';
import { createKeyring } from '../../secret/keyring.ts';
import { systemRandom } from '../../secret/random.ts';
import {
  createDeviceCookie,
  NO_DEVICE_COOKIE,
  type DeviceCookie,
  type DeviceCookieDependencies,
} from './device-cookie.ts';

const NOW = Date.UTC(2026, 0, 1);
const SECRET = 'a secret that seals cookies in tests';
const ada = { id: '11111111-1111-4111-8111-111111111111' as IdentityId, devicesSince: 0 };
const session = { name: 'shop_session', path: '/', domain: undefined, secure: true, sameSite: 'lax' } as const;

const make = (more: Partial<DeviceCookieDependencies> = {}): DeviceCookie =>
  createDeviceCookie({
    keyring: createKeyring([SECRET], 'device'),
    clock: { now: () => NOW },
    random: systemRandom,
    session,
    baseUrl: 'https://shop.example/id',
    ...more,
  });

async function run<T>(act: (ctx: Koa.Context) => T, cookie = '') {
  const app = new Koa();
  let result: T | undefined;
  app.use((ctx) => {
    result = act(ctx);
    ctx.body = '';
  });
  const response = await inject(app.callback(), { url: '/', headers: { cookie } });
  return { result, cookies: [response.headers['set-cookie'] ?? []].flat() };
}

async function remembered(cookie = make(), brought = ''): Promise<string> {
  const { cookies } = await run((ctx) => cookie.remember(ctx, ada), brought);
  return /^shop_session_device=([^;]*)/.exec(cookies[0] ?? '')?.[1] ?? '';
}

test('it lasts 180 days, has the attributes of the session cookie, and shows nothing', async () => {
  const { cookies } = await run((ctx) => make().remember(ctx, ada));
  expect(cookies.map((text) => text.replace(/=[^;]+/, '=V'))).toEqual([
    'shop_session_device=V; Path=/; Expires=Tue, 30 Jun 2026 00:00:00 GMT; Max-Age=15552000; HttpOnly; Secure; SameSite=Lax',
  ]);
  expect(Buffer.from(await remembered(), 'base64url').toString('latin1')).not.toContain('11111111');
});

test('it is read where it was set, and a later sign-in keeps the device', async () => {
  const value = await remembered();
  const { result: read } = await run((ctx) => make().read(ctx), `shop_session_device=${value}`);
  expect(read).toEqual([
    { device: expect.stringMatching(/^[\w-]{22}$/), accounts: [{ identity: ada.id, since: NOW }] },
  ]);
  const later = await remembered(make({ clock: { now: () => NOW + 1 } }), `shop_session_device=${value}`);
  const { result: again } = await run((ctx) => make().read(ctx), `shop_session_device=${later}`);
  expect(again).toEqual([{ device: read?.[0]?.device, accounts: [{ identity: ada.id, since: NOW + 1 }] }]);
});

describe('it is not read', () => {
  test.each<[string, Partial<DeviceCookieDependencies>, string]>([
    ['at another origin', { baseUrl: 'https://shop.example:8443/id' }, 'shop_session_device'],
    ['under the name of another session cookie', { session: { ...session, name: 'other' } }, 'other_device'],
    [
      'as what the session cookie’s keys have sealed',
      { keyring: createKeyring([SECRET], 'session-cookie') },
      'shop_session_device',
    ],
    [
      'under another secret',
      { keyring: createKeyring(['another secret that seals cookies'], 'device') },
      'shop_session_device',
    ],
  ])('%s', async (_name, more, name) => {
    const value = await remembered();
    const { result } = await run((ctx) => make(more).read(ctx), `${name}=${value}`);
    expect(result).toEqual([]);
  });

  test('when a character of it is another one, when it is cut off or far too long', async () => {
    const value = await remembered();
    for (let at = 0; at < value.length; at += 7) {
      const flipped = `${value.slice(0, at)}${value[at] === 'A' ? 'B' : 'A'}${value.slice(at + 1)}`;
      const { result } = await run((ctx) => make().read(ctx), `shop_session_device=${flipped}`);
      expect(result, String(at)).toEqual([]);
    }
    for (const text of ['', 'x', value.slice(0, -1), value.repeat(40)]) {
      const { result } = await run((ctx) => make().read(ctx), `shop_session_device=${text}`);
      expect(result).toEqual([]);
    }
  });

  test('where devices are not told apart', async () => {
    const { result, cookies } = await run(
      (ctx) => {
        NO_DEVICE_COOKIE.remember(ctx, ada);
        return NO_DEVICE_COOKIE.read(ctx);
      },
      `shop_session_device=${await remembered()}`,
    );
    expect([result, cookies]).toEqual([[], []]);
  });
});

test('a secret that is no longer the first still opens it', async () => {
  const rotated = make({ keyring: createKeyring(['the next secret that seals cookies', SECRET], 'device') });
  const { result } = await run((ctx) => rotated.read(ctx), `shop_session_device=${await remembered()}`);
  expect(result).toHaveLength(1);
});
