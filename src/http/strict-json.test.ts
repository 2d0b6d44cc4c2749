import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseStrictJson } from './strict-json.ts';

const limits = { depth: 4, keys: 5, text: 20 };
const wide = { depth: 32, keys: 1_000, text: 8_192 };

test('reads whatever JSON.stringify writes, as JSON.parse reads it', () => {
  const safe = fc
    .json({ maxDepth: 5 })
    .filter((text) => !/__proto__|constructor|prototype/.test(text) && text === JSON.stringify(JSON.parse(text)));
  fc.assert(
    fc.property(safe, fc.constantFrom(undefined, 1, '\t'), (text, indent) => {
      const value: unknown = JSON.parse(text);
      expect(parseStrictJson(JSON.stringify(value, undefined, indent), wide)).toEqual({ value });
    }),
  );
});

test('takes no text that JSON.parse refuses, and never throws', () => {
  const piece = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    '"',
    ':',
    ',',
    '\\',
    'a',
    '1',
    '-',
    '.',
    'e',
    '0',
    'true',
    'null',
    ' ',
    '\n',
    '\u0001',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join('');
      const read = parseStrictJson(text, wide);
      let native: unknown;
      try {
        native = { value: JSON.parse(text) as unknown };
      } catch {
        native = 'refused';
      }
      expect('value' in read ? read : 'refused').toEqual('value' in read ? native : 'refused');
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ['"\\"\\\\\\/\\b\\f\\n\\r\\t"', '"\\/\b\f\n\r\t'],
  ['"\\u00e9\\uD83D\\uDE00"', 'é😀'],
  [' [ 1 , -0.5e+2 , true , false , null ] ', [1, -50, true, false, null]],
  ['{"a":{},"b":[]}', { a: {}, b: [] }],
])('%s is read', (text, value) => {
  expect(parseStrictJson(text, limits)).toEqual({ value });
});

describe('refuses', () => {
  test.each([
    ['nothing', '', /not well-formed/],
    ['a second value', '1 2', /after its end/],
    ['a comma too many', '{"a":1,}', /not well-formed/],
    ['a comma too many in a list', '[1,]', /not well-formed/],
    ['single quotes', "{'a':1}", /not well-formed/],
    ['a bare key', '{a:1}', /not well-formed/],
    ['NaN', '[NaN]', /not well-formed/],
    ['Infinity', '-Infinity', /not well-formed/],
    ['a number beyond a double', '1e999', /too large/],
    ['a leading zero', '01', /after its end/],
    ['a leading plus', '+1', /not well-formed/],
    ['a comment', '1 // x', /after its end/],
    ['a raw line break in a text', '"a\nb"', /not well-formed/],
    ['an unknown escape', '"\\x41"', /escape/],
    ['half an escape', '"\\u00', /escape/],
    ['an escape of the prototype', '"\\__proto__"', /escape/],
    ['a text without end', '"abc', /not well-formed/],
    ['a half of a surrogate pair', '"\\ud800"', /surrogate/],
    ['the other half', '{"\\udc00":1}', /surrogate/],
    ['a byte order mark', '\ufeff{}', /not well-formed/],
    ['a no-break space', '\u00a01', /not well-formed/],
    ['a key twice', '{"a":1,"a":2}', /twice/],
    ['a key twice, spelled in two ways', '{"a":1,"\\u0061":2}', /twice/],
    ['__proto__', '{"__proto__":{"x":1}}', /not allowed/],
    ['__proto__ deep down', '{"a":[{"__proto__":1}]}', /not allowed/],
    ['constructor', '{"constructor":1}', /not allowed/],
    ['prototype, escaped', '{"\\u0070rototype":1}', /not allowed/],
    ['a dotted path to the prototype', '{"traits.__proto__.x":1}', /not allowed/],
    ['a bracketed path to the prototype', '{"traits[constructor]":1}', /not allowed/],
    ['too many levels', '[[[[[]]]]]', /deeper than 4/],
    ['too many keys, all objects together', '[{"a":1,"b":2,"c":3},{"a":1,"b":2,"c":3}]', /more than 5 keys/],
    ['too long a text', `"${'é'.repeat(11)}"`, /more than 20 bytes/],
    ['too long a key', `{"${'k'.repeat(21)}":1}`, /more than 20 bytes/],
  ])('%s', (_what, text, reason) => {
    expect(parseStrictJson(text, limits)).toEqual({ malformed: expect.stringMatching(reason) });
  });
});

test('ten thousand brackets are refused like five', () => {
  expect(parseStrictJson('['.repeat(10_000), limits)).toHaveProperty('malformed');
});

test('what is wrong is said without quoting what came', () => {
  expect(JSON.stringify(parseStrictJson('{"password":"canary" oops}', wide))).not.toContain('canary');
});
