import type { Context } from 'koa';
import { describe, expect, test } from 'vitest';
import { createOwnPagesOnly } from './own-pages-only.ts';

type Headers = Readonly<Record<string, string>>;

async function answer(headers: Headers, { method = 'GET', dev = false } = {}): Promise<string> {
  const byName = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const get = (name: string): string => byName.get(name.toLowerCase()) ?? '';
  const ctx = { method, get, req: { headers: { host: 'kratos:4434', ...headers } } } as unknown as Context;
  const check = createOwnPagesOnly({ origin: 'http://127.0.0.1:4434', dev, refused: () => undefined });
  try {
    return String(await check(ctx, () => Promise.resolve('taken')));
  } catch (error) {
    return (error as Error).message;
  }
}

const visit = { 'Sec-Fetch-Site': 'same-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };

describe('taken', () => {
  test.each<[string, Headers]>([
    ['a program', {}],
    ['an address typed into a browser', { 'Sec-Fetch-Site': 'none' }],
    ['a page of the listener', { 'Sec-Fetch-Site': 'same-origin', Origin: 'http://127.0.0.1:4434' }],
    ['one that withholds its origin', { 'Sec-Fetch-Site': 'same-origin', Origin: 'null' }],
    ['one under another of its names, over plain http', { Origin: 'http://kratos:4434' }],
    ['a link of one', { Referer: 'http://127.0.0.1:4434/inbox' }],
  ])('%s', async (_who, headers) => {
    expect(await answer(headers)).toBe('taken');
    expect(await answer(headers, { method: 'DELETE' })).toBe('taken');
  });

  test('under dev, a person who comes from the pages of the public listener', async () => {
    expect(await answer(visit, { dev: true })).toBe('taken');
  });
});

describe('refused, whatever the method', () => {
  test.each<[string, Headers]>([
    ['a page of another site', { 'Sec-Fetch-Site': 'cross-site' }],
    ['a page of another host of the site', { 'Sec-Fetch-Site': 'same-site' }],
    ['a visit from there', visit],
    ['a value that nobody knows', { 'Sec-Fetch-Site': 'elsewhere' }],
    ['an origin without Fetch Metadata', { Origin: 'http://evil.example' }],
    ['a hidden one', { Origin: 'null' }],
    ['a foreign one beside good metadata', { 'Sec-Fetch-Site': 'same-origin', Origin: 'http://evil.example' }],
    ['another port', { Origin: 'http://kratos:4433' }],
    ['a foreign referrer', { Referer: 'http://evil.example/page' }],
    ['an origin that is none', { Origin: 'evil' }],
  ])('%s', async (_who, headers) => {
    for (const method of ['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS']) {
      expect(await answer(headers, { method })).toMatch(/^A page of another site/);
    }
  });

  test('under dev, a script or a frame of the public listener', async () => {
    for (const change of [{ 'Sec-Fetch-Mode': 'cors' }, { 'Sec-Fetch-Dest': 'iframe' }]) {
      expect(await answer({ ...visit, ...change }, { dev: true })).not.toBe('taken');
    }
    expect(await answer(visit, { dev: true, method: 'POST' })).not.toBe('taken');
  });
});
