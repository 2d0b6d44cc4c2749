import inject from 'light-my-request';
import Koa from 'koa';
import { describe, expect, test } from 'vitest';
import { createHeaders, setPageHeaders } from './headers.ts';
import type { HeadersOptions } from './headers.ts';

async function headersOf(url: string, options: Partial<HeadersOptions> = {}, act?: (ctx: Koa.Context) => void) {
  const app = new Koa();
  app.use(createHeaders({ varyByCookie: true, https: false, ...options }));
  app.use((ctx) => {
    act?.(ctx);
    ctx.body = '';
  });
  return (await inject(app.callback(), url)).headers;
}

test('every answer forbids caching, sniffing, embedding and framing', async () => {
  expect(await headersOf('/sessions/whoami')).toMatchObject({
    'cache-control': 'private, no-cache, no-store, must-revalidate',
    vary: 'Cookie',
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'referrer-policy': 'same-origin',
  });
});

test('nothing names the software', async () => {
  const headers = await headersOf('/');
  expect(headers).not.toHaveProperty('server');
  expect(headers).not.toHaveProperty('x-powered-by');
});

test('addresses of flows, links and callbacks are told to no other site', async () => {
  expect(await headersOf('/self-service/login/flows?id=1')).toMatchObject({ 'referrer-policy': 'same-origin' });
});

test('strict transport only where the public URL is https, Vary only where answers differ by cookie', async () => {
  expect(await headersOf('/', { https: true })).toMatchObject({ 'strict-transport-security': 'max-age=31536000' });
  expect(await headersOf('/')).not.toHaveProperty('strict-transport-security');
  expect(await headersOf('/', { varyByCookie: false })).not.toHaveProperty('vary');
});

describe('a page of ours', () => {
  const page = (nonce?: string) =>
    headersOf('/login', {}, (ctx) => {
      setPageHeaders(ctx, { formOrigins: ['https://app.example.org', 'https://app.example.org'], nonce });
    });

  test('takes nothing from elsewhere, sends forms where it must, stands in no frame', async () => {
    const headers = await page();
    const policy = String(headers['content-security-policy']).split('; ');
    expect(policy).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "form-action 'self' https://app.example.org",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
      ]),
    );
    expect(headers).toMatchObject({
      'x-frame-options': 'DENY',
      'cross-origin-opener-policy': 'same-origin',
      'referrer-policy': 'same-origin',
    });
    expect(policy.join()).not.toMatch(/unsafe|\*/);
  });

  test('may run the one script that carries its nonce', async () => {
    expect((await page('abc'))['content-security-policy']).toContain("script-src 'self' 'nonce-abc'");
  });
});
