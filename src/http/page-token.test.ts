import type { Context } from 'koa';
import { describe, expect, test } from 'vitest';

import { createKeyring } from '../secret/keyring.ts';
import { openPlace, sealPlace, type PageTokens } from './page-token.ts';

const keyring = createKeyring(['a-secret-made-up-for-page-tokens'], 'page-token');
const tokens: PageTokens = {
  seal: (text, about) => keyring.seal(text, about),
  open: (token, about) => keyring.open(token, about)?.toString('utf8'),
};
// What is read of a request.
const asked = (path: string, querystring: string): Context => ({ path, querystring }) as Context;

const now = Date.UTC(2026, 0, 1);
const place = { createdAt: now - 5, id: '11111111-1111-4111-8111-111111111111' };
const list = asked('/admin/courier/messages', 'status=sent&page_size=2');
const token = sealPlace(tokens, list, place, now);

describe('a page token', () => {
  test('leads back to its place, whatever the size of the page and the spelling of the address', () => {
    expect(openPlace(tokens, list, token, { now })).toEqual(place);
    const later = asked('/courier/messages', 'page_token=x&status=sent&page_size=7');
    expect(openPlace(tokens, later, token, { now })).toEqual(place);
  });

  test('of the first page leads to the beginning, and so does none', () => {
    expect(openPlace(tokens, list, sealPlace(tokens, list, undefined, now), { now })).toBeUndefined();
    expect(openPlace(tokens, list, '', { now })).toBeUndefined();
    expect(openPlace(tokens, list, undefined, { now })).toBeUndefined();
  });

  test.each([
    ['with another filter', asked('/admin/courier/messages', 'status=queued')],
    ['without its filter', asked('/admin/courier/messages', '')],
    ['at another list', asked('/admin/sessions', 'status=sent')],
  ])('is refused %s', (_what, ctx) => {
    expect(() => openPlace(tokens, ctx, token, { now })).toThrow('page_token');
  });

  test('is refused with any bit flipped', () => {
    const bytes = Buffer.from(token, 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit += 5) {
      const flipped = Buffer.from(bytes);
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(() => openPlace(tokens, list, flipped.toString('base64url'), { now })).toThrow('page_token');
    }
  });

  test.each(['no-page-token', 'aWQ9MQ', '%', '{}'])('that is %s is refused', (made) => {
    expect(() => openPlace(tokens, list, made, { now })).toThrow(expect.objectContaining({ code: 'bad_request' }));
  });

  test('ends with its lifespan where it has one', () => {
    expect(openPlace(tokens, list, token, { now: now + 10, lifespan: 10 })).toEqual(place);
    expect(() => openPlace(tokens, list, token, { now: now + 11, lifespan: 10 })).toThrow('too old');
  });
});
