import inject from 'light-my-request';
import Koa from 'koa';
import { expect, test } from 'vitest';
import { SallyportError } from '../../kernel/error.ts';
import { createFetchMetadata } from './fetch-metadata.ts';

const sites = createFetchMetadata({
  origins: ['https://id.example.org', 'http://127.0.0.1:4455'],
  refused: () => undefined,
});

async function statusOf(
  method: 'GET' | 'POST' | 'DELETE' | 'HEAD',
  headers: Record<string, string>,
  check: (ctx: Koa.Context) => void = sites.check,
): Promise<number> {
  const app = new Koa();
  app.use(async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      ctx.status = error instanceof SallyportError ? error.status : 500;
    }
  });
  app.use((ctx, next) => {
    check(ctx);
    return next();
  });
  app.use((ctx) => {
    ctx.body = '';
    ctx.status = 200;
  });
  return (await inject(app.callback(), { method, url: '/sessions', headers })).statusCode;
}

const ours = 'https://id.example.org';
const ui = 'http://127.0.0.1:4455';
const evil = 'https://evil.example';

test.each<[Record<string, string>, number]>([
  [{}, 200],
  [{ 'sec-fetch-site': 'same-origin' }, 200],
  [{ 'sec-fetch-site': 'none' }, 200],
  [{ 'sec-fetch-site': 'cross-site' }, 403],
  [{ 'sec-fetch-site': 'same-site' }, 403],
  [{ 'sec-fetch-site': 'nonsense' }, 403],
  [{ 'sec-fetch-site': 'cross-site', origin: evil }, 403],
  [{ 'sec-fetch-site': 'cross-site', origin: 'null' }, 403],
  [{ 'sec-fetch-site': 'cross-site', origin: ui }, 200],
  [{ 'sec-fetch-site': 'same-site', origin: ui }, 200],
  [{ 'sec-fetch-site': 'same-site', origin: ours }, 200],
  [{ 'sec-fetch-site': 'same-site', referer: `${ui}/login?x=1` }, 200],
  [{ 'sec-fetch-site': 'cross-site', origin: evil, referer: `${ui}/` }, 403],
  [{ origin: evil }, 403],
  [{ origin: 'null' }, 403],
  [{ origin: ours }, 200],
  [{ origin: 'http://id.example.org' }, 403],
  [{ origin: 'https://id.example.org:8443' }, 403],
  [{ origin: 'https://id.example.org.evil.example' }, 403],
  [{ referer: `${evil}/?${ours}` }, 403],
  [{ referer: 'not a URL' }, 403],
  [{ referer: `${ours}/settings` }, 200],
])('a POST with %j answers %i', async (headers, status) => {
  expect(await statusOf('POST', headers)).toBe(status);
  expect(await statusOf('DELETE', headers)).toBe(status);
});

test('what changes nothing is not asked where it comes from', async () => {
  expect(await statusOf('GET', { 'sec-fetch-site': 'cross-site', origin: evil })).toBe(200);
  expect(await statusOf('HEAD', { 'sec-fetch-site': 'cross-site', origin: evil })).toBe(200);
});

test.each<[Record<string, string>, number]>([
  [{}, 200],
  [{ origin: 'null' }, 200],
  [{ 'sec-fetch-site': 'same-site', origin: 'null' }, 200],
  [{ 'sec-fetch-site': 'cross-site', origin: 'null' }, 200],
  [{ 'sec-fetch-site': 'cross-site' }, 200],
  [{ 'sec-fetch-site': 'same-site', origin: ui }, 200],
  [{ 'sec-fetch-site': 'same-origin', origin: 'null' }, 200],
  [{ 'sec-fetch-site': 'same-site', origin: evil }, 403],
  [{ origin: evil }, 403],
  [{ referer: `${evil}/` }, 403],
  [{ referer: 'not a URL' }, 403],
])('a form with %j answers %i: what is withheld leaves it to the token', async (headers, status) => {
  expect(await statusOf('POST', headers, sites.checkForm)).toBe(status);
});
