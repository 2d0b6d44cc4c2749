import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openKratosCookie } from './kratos-cookie.ts';

/** Made by Ory Kratos 26.2 with a made-up secret. */
const COOKIE =
  'MTc5NTk4MTk1MnwyVFQtUjFVYTRmeV9mRkVQbDVwLXQzbjdfWW13ZHpMeXRmaFNQSjM4c2luTTlhOElldzZwY2MtRzV4UGZJREZsV3l2ZjNHSDJJdk1TTFIxTlgyTTFJMzEtNTJfLUtXMDdRQW55SGtkR3F4bEdjS1BRSzN5MW00WDNKVDU1dXh2SkRydzMyNlM2dTB5UTlHNkk5azJteHRuWlVpVnIwbUwyRDFxWkZmQXd2RnlsVGtHMVl6c0FSWWQwUS1zWHI4NDJDMWF3V25qVU1ySTIyc0xwUHE4UlhNbC1oZFdyaDl6UGJYbS1kbm9SNnZyd1ZTd2N3dkI5c2pDb0Vqc1RsRzg1eVZDemtEOGoyeFFSOHAyZE92bz18Eyz2DMtd6KUB40sAF7je9F-7yYjBOu0h9iTzIvAjvsA=';
const SECRET = 'made-up-cookie-secret-32-byte-01';
const settings = { name: 'ory_kratos_session', secrets: ['another secret that came later', SECRET] };

test('a cookie of Ory Kratos opens with the secret that sealed it, under its name', () => {
  expect(openKratosCookie(COOKIE, settings)).toEqual({
    token: 'ory_st_qe547J5xVvEB7PnLkRHy1TGvTLKsdBbC',
    sealedAt: Date.parse('2026-11-29T19:52:32Z'),
  });
  expect(openKratosCookie(COOKIE, { ...settings, name: 'other' })).toBeUndefined();
  expect(openKratosCookie(COOKIE, { ...settings, secrets: ['another secret that came later'] })).toBeUndefined();
  expect(openKratosCookie(COOKIE, { ...settings, secrets: [] })).toBeUndefined();
});

test('no single flipped bit opens, and none throws', () => {
  const bytes = Buffer.from(COOKIE, 'base64url');
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const flipped = Buffer.from(bytes);
    flipped.writeUInt8((flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7)), bit >> 3);
    expect(openKratosCookie(flipped.toString('base64url'), settings)).toBeUndefined();
  }
});

test('whatever text comes, opening never throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(openKratosCookie(text, settings)).toBeUndefined();
    }),
  );
});
