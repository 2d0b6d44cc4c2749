import type { Context } from 'koa';
import { describe, expect, test } from 'vitest';

import { readOffset, readSize, writeKeysetLinks, writeOffsetLinks } from './pagination.ts';

/** A request, and what is answered to it. */
function asked(path: string, querystring = '') {
  const headers = new Map<string, string>();
  const set = (name: string, value: string): void => void headers.set(name, value);
  const query = Object.fromEntries(new URLSearchParams(querystring));
  // As much of a request as pagination looks at.
  return { ctx: { path, querystring, query, set } as unknown as Context, headers };
}
const rels = (link: string | undefined): readonly string[] =>
  [...(link ?? '').matchAll(/rel="(\w+)"/g)].map(([, rel]) => rel ?? '');
const token = (offset: string): string => Buffer.from(JSON.stringify({ offset, v: 2 })).toString('base64url');

describe('a page size', () => {
  test.each<[unknown, number]>([
    [undefined, 250],
    ['', 250],
    ['0', 250],
    ['-3', 250],
    ['7', 7],
    ['1000', 1_000],
    ['1001', 1_000],
  ])('of %j is %i', (value, size) => {
    expect(readSize(value)).toBe(size);
  });

  test.each(['lots', '1.5', '1e2', '0x10', ' 7', ['1', '2']])('of %j is refused', (value) => {
    expect(() => readSize(value)).toThrow(expect.objectContaining({ code: 'bad_request' }));
  });
});

describe('the migration scheme', () => {
  test.each([
    ['page=2&per_page=5', { page: 2, size: 5 }],
    [`page_size=5&page_token=${token('10')}`, { page: 2, size: 5 }],
    ['page=-1', { page: 0, size: 250 }],
    ['page=soon', { page: 0, size: 250 }],
    ['page_token=nonsense', { page: 0, size: 250 }],
    [`page_token=${token('-4')}`, { page: 0, size: 250 }],
  ])('reads %s', (querystring, query) => {
    expect(readOffset(asked('/sessions', querystring).ctx)).toEqual(query);
  });

  test.each([
    ['the first of many', { page: 0, size: 2 }, 5, ['next', 'last']],
    ['one in the middle', { page: 1, size: 2 }, 5, ['first', 'next', 'prev', 'last']],
    ['the last', { page: 2, size: 2 }, 5, ['first', 'prev']],
    ['the only one', { page: 0, size: 250 }, 5, ['first']],
  ])('links from %s', (_what, query, total, expected) => {
    const { ctx, headers } = asked('/sessions');
    writeOffsetLinks(ctx, 'https://id.example', query, total);
    expect(rels(headers.get('Link'))).toEqual(expected);
    expect(headers.get('X-Total-Count')).toBe(String(total));
  });
});

test('a list that was not counted has no last page and says no total, but goes on', () => {
  const { ctx, headers } = asked('/admin/identities');
  writeOffsetLinks(ctx, 'https://id.example', { page: 1, size: 250 }, undefined, 'offset');
  expect(rels(headers.get('Link'))).toEqual(['first', 'next', 'prev']);
  expect(headers.get('X-Total-Count')).toBeUndefined();
});

describe('the keyset scheme', () => {
  test('keeps the other parameters, in the order of their names, and lies below the path of the listener', () => {
    const { ctx, headers } = asked('/admin/identities', 'per_page=9&ids=b&ids=a&credentials_identifier=a%40b');
    writeKeysetLinks(ctx, 'https://id.example/auth', 9, { first: '0', next: 'n' });
    const query = 'credentials_identifier=a%40b&ids=b&ids=a&page_size=9&page_token=';
    expect(headers.get('Link')).toBe(
      `</auth/admin/identities?${query}0>; rel="first",</auth/admin/identities?${query}n>; rel="next"`,
    );
  });

  test('has no next page behind the last', () => {
    const { ctx, headers } = asked('/admin/sessions');
    writeKeysetLinks(ctx, 'https://id.example', 250, { first: 'f', next: undefined });
    expect(rels(headers.get('Link'))).toEqual(['first']);
  });
});
