import { createHash } from 'node:crypto';
import inject from 'light-my-request';
import Koa from 'koa';
import { describe, expect, test } from 'vitest';
import { SallyportError } from '../../kernel/error.ts';
import { createSigner } from '../../secret/sign.ts';
import { systemRandom } from '../../secret/random.ts';

import { createCsrf, type Csrf } from './csrf.ts';
import type { CsrfDependencies } from './csrf.ts';

const BASE = 'http://127.0.0.1:4433/';
const NAME = `csrf_token_${createHash('sha256').update(BASE).digest('hex')}`;
const settings = { path: '/', domain: undefined, secure: false, sameSite: 'lax' } as const;

function make(secrets: readonly string[] = ['secret'], more: Partial<CsrfDependencies> = {}): Csrf {
  return createCsrf({
    signer: createSigner(secrets, 'csrf'),
    random: systemRandom,
    settings,
    writtenBaseUrl: BASE,
    refused: () => undefined,
    ...more,
  });
}

async function run<T>(
  act: (ctx: Koa.Context) => T,
  headers: Record<string, string> = {},
  method: 'GET' | 'POST' = 'GET',
) {
  const app = new Koa();
  let result: T | undefined;
  let thrown: unknown;
  app.use((ctx) => {
    try {
      result = act(ctx);
    } catch (error) {
      thrown = error;
    }
    ctx.body = '';
  });
  const response = await inject(app.callback(), { method, url: '/', headers });
  const [cookie] = [response.headers['set-cookie'] ?? []].flat();
  return { result, thrown, cookie, error: thrown instanceof SallyportError ? thrown : undefined };
}

/** A browser that has just been given its cookie. */
async function begin(csrf: Csrf, sessionId?: string) {
  const { result: half = '', cookie = '' } = await run((ctx) => csrf.ensure(ctx, sessionId));
  return { half, value: cookie.slice(NAME.length + 1, cookie.indexOf(';')), cookie };
}

const OTHER = Buffer.alloc(16).toString('base64');

test('the cookie has the name, size and attributes of the wire', async () => {
  const { value, cookie, half } = await begin(make());
  expect(cookie.replace(value, 'V')).toBe(`${NAME}=V; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax`);
  expect(Buffer.from(value, 'base64')).toHaveLength(32);
  expect(Buffer.from(value, 'base64').toString('base64', 0, 16)).toBe(half);
});

test.each([
  [{ ...settings, sameSite: 'none', secure: false } as const, 'HttpOnly; SameSite=Lax'],
  [{ ...settings, sameSite: 'none', secure: true } as const, 'HttpOnly; Secure; SameSite=None'],
  [{ ...settings, sameSite: 'strict', secure: true } as const, 'HttpOnly; Secure; SameSite=Strict'],
])('%j gives %s', async (written, end) => {
  expect((await begin(make(['secret'], { settings: written }))).cookie.endsWith(end)).toBe(true);
});

test('a cookie that holds is kept, whatever session it is asked for by, as long as it is the same', async () => {
  const csrf = make();
  for (const sessionId of [undefined, 'session-1']) {
    const { half, value } = await begin(csrf, sessionId);
    const { result, cookie } = await run((ctx) => csrf.ensure(ctx, sessionId), { cookie: `${NAME}=${value}` });
    expect(result).toBe(half);
    expect(cookie).toBeUndefined();
  }
});

describe('a new cookie replaces', () => {
  const csrf = make();
  test.each<[string, (value: string) => string, string | undefined]>([
    ['a missing one', () => 'other=1', undefined],
    ['an empty one', () => `${NAME}=`, undefined],
    ['one that is cut', (value) => `${NAME}=${value.slice(4)}`, undefined],
    ['one that was made up', () => `${NAME}=${Buffer.alloc(32, 7).toString('base64')}`, undefined],
    ['one of another session', (value) => `${NAME}=${value}`, 'session-2'],
  ])('%s', async (_what, header, sessionId) => {
    const { half, value } = await begin(csrf);
    const { result, cookie } = await run((ctx) => csrf.ensure(ctx, sessionId), { cookie: header(value) });
    expect(result).not.toBe(half);
    expect(cookie).toMatch(/^csrf_token_/);
  });
});

describe('of several cookies', () => {
  const csrf = make(['secret'], { writtenBaseUrl: BASE });

  test('each flow has its own, and a foreign one beside it changes nothing', async () => {
    const [old, now] = [await begin(csrf), await begin(csrf)];
    const made = Buffer.alloc(32, 7).toString('base64');
    const cookie = [old.value, made, now.value].map((value) => `${NAME}=${value}`).join('; ');
    for (const { half } of [old, now]) {
      const token = csrf.token(half, undefined);
      expect(
        (await run((ctx) => csrf.check(ctx, half, undefined, { token }), { cookie }, 'POST')).thrown,
      ).toBeUndefined();
      expect((await run((ctx) => csrf.owns(ctx, half, undefined), { cookie })).result).toBe(true);
    }
    const mixed = { token: csrf.token(old.half, undefined) };
    expect((await run((ctx) => csrf.check(ctx, now.half, undefined, mixed), { cookie }, 'POST')).error?.code).toBe(
      'security_csrf_violation',
    );
    expect((await run((ctx) => csrf.owns(ctx, OTHER, undefined), { cookie })).result).toBe(false);
  });

  test('the last stays for new flows', async () => {
    const [old, now] = [await begin(csrf), await begin(csrf)];
    const sent = await run((ctx) => csrf.ensure(ctx, undefined), {
      cookie: `${NAME}=${old.value}; ${NAME}=${now.value}`,
    });
    expect(sent.result).toBe(now.half);
    expect(sent.cookie).toContain(`${NAME}=${now.value}; Path=/; Max-Age=31536000`);
  });
});

test('ten renderings give ten tokens of 64 bytes, all of them good', async () => {
  const csrf = make();
  const { half, value } = await begin(csrf);
  const tokens = Array.from({ length: 10 }, () => csrf.token(half, undefined));
  expect(new Set(tokens).size).toBe(10);
  for (const token of tokens) {
    expect(Buffer.from(token, 'base64')).toHaveLength(64);
    const { thrown } = await run(
      (ctx) => csrf.check(ctx, half, undefined, { token }),
      { cookie: `${NAME}=${value}` },
      'POST',
    );
    expect(thrown).toBeUndefined();
  }
});

test('the plain 32 bytes are taken too', async () => {
  const csrf = make();
  const { half, value } = await begin(csrf);
  const { thrown } = await run((ctx) => csrf.check(ctx, half, undefined, { token: value }), {
    cookie: `${NAME}=${value}`,
  });
  expect(thrown).toBeUndefined();
});

describe('refuses with 403', () => {
  const csrf = make();
  type Case = { readonly half: string; readonly value: string };
  test.each<
    [string, (own: Case) => { cookie: string; flow?: string; session?: string; token: string | undefined }, RegExp]
  >([
    ['no cookies', ({ half }) => ({ cookie: '', token: csrf.token(half, undefined) }), /no cookies at all/],
    [
      'other cookies only',
      ({ half }) => ({ cookie: 'a=1', token: csrf.token(half, undefined) }),
      /not the CSRF cookie/,
    ],
    ['no token', ({ value }) => ({ cookie: `${NAME}=${value}`, token: undefined }), /no csrf_token/],
    ['an empty token', ({ value }) => ({ cookie: `${NAME}=${value}`, token: '' }), /no csrf_token/],
    ['a token that is none', ({ value }) => ({ cookie: `${NAME}=${value}`, token: 'x' }), /does not match/],
    [
      "another browser's token",
      ({ value }) => ({ cookie: `${NAME}=${value}`, token: csrf.token(OTHER, undefined) }),
      /does not match/,
    ],
    [
      "another browser's flow",
      ({ half, value }) => ({ cookie: `${NAME}=${value}`, flow: OTHER, token: csrf.token(half, undefined) }),
      /not the one this flow/,
    ],
    [
      "another session's cookie",
      ({ half, value }) => ({ cookie: `${NAME}=${value}`, session: 's', token: csrf.token(half, 's') }),
      /not the one this flow/,
    ],
    [
      "another session's token",
      ({ half, value }) => ({ cookie: `${NAME}=${value}`, token: csrf.token(half, 's') }),
      /does not match/,
    ],
    [
      'a flow without a browser',
      ({ half, value }) => ({ cookie: `${NAME}=${value}`, flow: '', token: csrf.token(half, undefined) }),
      /not the one this flow/,
    ],
  ])('%s', async (_what, of, reason) => {
    const own = await begin(csrf);
    const { cookie, flow = own.half, session, token } = of(own);
    const headers = { ...(cookie !== '' && { cookie }), 'content-type': 'application/json' };
    const { error } = await run((ctx) => csrf.check(ctx, flow, session, { token }), headers, 'POST');
    expect(error?.code).toBe('security_csrf_violation');
    expect(error?.details?.['reject_reason']).toMatch(reason);
    expect(Object.keys(error?.details ?? {})).toEqual(['docs', 'hint', 'reject_reason']);
    expect(JSON.stringify([error?.details, error?.reason])).not.toContain(own.value);
  });

  test('a cookie vouched for by nobody, even with the token to match', async () => {
    const planted = Buffer.alloc(32, 9);
    const half = planted.toString('base64', 0, 16);
    const { error } = await run((ctx) => csrf.check(ctx, half, undefined, { token: planted.toString('base64') }), {
      cookie: `${NAME}=${planted.toString('base64')}`,
    });
    expect(error?.code).toBe('security_csrf_violation');
  });

  test('a fetch without the cookie the flow was begun with', async () => {
    const { half, value } = await begin(csrf);
    expect(
      (await run((ctx) => csrf.check(ctx, half, undefined, 'fetch'), { cookie: `${NAME}=${value}` })).thrown,
    ).toBeUndefined();
    expect((await run((ctx) => csrf.check(ctx, half, undefined, 'fetch'))).error?.status).toBe(403);
    expect(
      (await run((ctx) => csrf.check(ctx, OTHER, undefined, 'fetch'), { cookie: `${NAME}=${value}` })).error?.status,
    ).toBe(403);
  });
});

test('the error of a form, which is kept for the error page, leaves the reason out', async () => {
  const { error } = await run(
    (ctx) => make().check(ctx, OTHER, undefined, { token: '' }),
    { accept: 'text/html' },
    'POST',
  );
  expect(Object.keys(error?.details ?? {})).toEqual(['docs', 'hint']);
});

test('a script is told something else than a server that renders pages', async () => {
  const hintOf = async (headers: Record<string, string>) =>
    (await run((ctx) => make().check(ctx, OTHER, undefined, 'fetch'), headers)).error?.details?.['hint'];
  expect(await hintOf({ 'sec-fetch-mode': 'cors' })).not.toBe(await hintOf({}));
});

test('after the sign-in the half that was set is bound to the new session, and the old token fails', async () => {
  const csrf = make();
  const before = await begin(csrf);
  const next = csrf.fresh();
  const { cookie = '' } = await run((ctx) => csrf.set(ctx, next, 'session-1'));
  const header = { cookie: cookie.split(';')[0] ?? '' };
  const check = (half: string, token: string) => run((ctx) => csrf.check(ctx, half, 'session-1', { token }), header);
  expect((await check(next, csrf.token(next, 'session-1'))).thrown).toBeUndefined();
  expect((await check(before.half, csrf.token(before.half, undefined))).error?.status).toBe(403);
  expect((await check(next, csrf.token(before.half, undefined))).error?.status).toBe(403);
});

test('a new secret in front ends neither cookies nor open forms, dropping the old one ends both', async () => {
  const old = make(['old secret']);
  const both = make(['new secret', 'old secret']);
  const { half, value } = await begin(old);
  const header = { cookie: `${NAME}=${value}` };
  const check = (csrf: Csrf, token: string) => run((ctx) => csrf.check(ctx, half, undefined, { token }), header);
  expect((await check(both, old.token(half, undefined))).thrown).toBeUndefined();
  expect((await check(both, both.token(half, undefined))).thrown).toBeUndefined();
  expect((await check(make(['new secret']), old.token(half, undefined))).error?.status).toBe(403);
});
