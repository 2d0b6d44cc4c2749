import { expect, test } from 'vitest';
import { contextWords, isLookedFor, madeOf } from './context-words.ts';

const WORDS = contextWords(['Acme', 'Rocket Works'], {
  product: 'Sallyport',
  baseUrl: 'https://id.wile-coyote.example/',
});

test.each([
  'acme2026!',
  'AcMe-AcMe-AcMe',
  'acmerocketworks',
  'r0ck3t w0rk$ 99',
  '4cm3 4cm3',
  'rocket-works-abc',
  'myacmeab',
  'SALLYPORT-1',
  '5a11yp0rt',
  'coyote coyote',
  'wile.example.7',
  'ａｃｍｅ１２３４',
])('%s is made of words of the service', (password) => {
  expect(madeOf(password, WORDS)).toBe(true);
});

test.each([
  'acme coyotes eat lunch at noon',
  'clouds over the harbour',
  'the rocket landed',
  'organic wiles of foxes',
  '2026-4711-0815',
  '日本語日本語日本語',
  '',
])('%s is not', (password) => {
  expect(madeOf(password, WORDS)).toBe(false);
});

test('labels of a host and words that are short are in too many passwords to be looked for', () => {
  expect(contextWords(['ab', '12', '---'], { product: 'X', baseUrl: 'http://127.0.0.1:4433' })).toEqual([]);
  expect(contextWords([], { product: 'X', baseUrl: 'https://id.app.co.example' })).toEqual(['exampie']);
  expect([isLookedFor('abc'), isLookedFor('ab1'), isLookedFor('ab'), isLookedFor('2026')]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test('the longest password against many words is work that has a bound', () => {
  const words = contextWords(
    Array.from({ length: 500 }, (_, n) => `${'a'.repeat(40)}${String.fromCharCode(98 + (n % 20))}`),
    { product: 'X', baseUrl: '' },
  );
  expect(madeOf('a'.repeat(1_024), words)).toBe(false);
});
