import inject from 'light-my-request';
import Koa from 'koa';
import { expect, test } from 'vitest';
import { cookieNames, readCookies, setCookie, expireVariants } from './cookies.ts';

test.each([
  [undefined, []],
  ['', []],
  ['a=1', ['1']],
  ['b=2; a=1', ['1']],
  ['a=1; b=2; a=3', ['1', '3']],
  ['a="1"', ['1']],
  ['a=x=y==', ['x=y==']],
  ['aa=1; ba=2; a', []],
  ['A=1', []],
])('%j has under "a" %j', (header, values) => {
  expect(readCookies(header, 'a')).toEqual(values);
});

test('names are listed without values', () => {
  expect(cookieNames('a=1; b; =3;; c=4')).toEqual(['a', 'b', 'c']);
});

const plain = { path: '/', domain: undefined, secure: false, sameSite: 'lax' } as const;

async function cookiesOf(act: (ctx: Koa.Context) => void): Promise<unknown> {
  const app = new Koa();
  app.use((ctx) => {
    act(ctx);
    ctx.body = '';
  });
  return (await inject(app.callback(), '/')).headers['set-cookie'];
}

test('attributes stand in the order of the wire', async () => {
  const sent = await cookiesOf((ctx) => {
    setCookie(ctx, 'a', '1', {
      path: '/x',
      domain: 'example.org',
      secure: true,
      sameSite: 'none',
      maxAge: 5,
      expires: 0,
    });
    setCookie(ctx, 'b', '2', plain);
  });
  expect(sent).toEqual([
    'a=1; Path=/x; Domain=example.org; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=5; HttpOnly; Secure; SameSite=None',
    'b=2; Path=/; HttpOnly; SameSite=Lax',
  ]);
});

const ended = 'Max-Age=0; HttpOnly; SameSite=Lax';

test('the cookies of a name in other places are ended: each domain of the host, each path that matches', async () => {
  const attributes = { ...plain, domain: 'example.org', path: '/auth' };
  const address = new URL('https://id.example.org/auth/login');
  const sent = await cookiesOf((ctx) => {
    setCookie(ctx, 'a', '1', attributes);
    expireVariants(ctx, 'a', attributes, { address, keep: true });
  });
  const paths = ['/', '/auth', '/auth/', '/auth/login'];
  expect(sent).toEqual([
    'a=1; Path=/auth; Domain=example.org; HttpOnly; SameSite=Lax',
    ...paths.map((path) => `a=; Path=${path}; ${ended}`),
    ...paths.map((path) => `a=; Path=${path}; Domain=id.example.org; ${ended}`),
    ...paths.filter((path) => path !== '/auth').map((path) => `a=; Path=${path}; Domain=example.org; ${ended}`),
  ]);
});

test('all of them are ended where none is to stay', async () => {
  const address = new URL('http://id.example.org/');
  const all = await cookiesOf((ctx) => {
    setCookie(ctx, 'a', '1', plain);
    expireVariants(ctx, 'a', plain, { address, keep: false });
  });
  expect(all).toEqual([
    `a=; Path=/; ${ended}`,
    `a=; Path=/; Domain=id.example.org; ${ended}`,
    `a=; Path=/; Domain=example.org; ${ended}`,
  ]);
});

test.each(['localhost', '127.0.0.1', '[::1]'])('a cookie of %s has one domain at most', async (host) => {
  const address = new URL(`http://${host}/`);
  expect(await cookiesOf((ctx) => expireVariants(ctx, 'a', plain, { address, keep: true }))).toBeUndefined();
});

test('the last value set under a name is the one that is sent', async () => {
  const sent = await cookiesOf((ctx) => {
    setCookie(ctx, 'a', '1', plain);
    setCookie(ctx, 'ab', '2', plain);
    setCookie(ctx, 'a', '3', plain);
  });
  expect(sent).toEqual(['ab=2; Path=/; HttpOnly; SameSite=Lax', 'a=3; Path=/; HttpOnly; SameSite=Lax']);
});
