import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { SallyportError } from '../kernel/error.ts';
import type { JsonObject } from '../kernel/json.ts';
import { type Field, decode, objectIn, textOf, typedTraits } from './decode.ts';
import type { Body } from './strategy.ts';

const fields: readonly Field[] = [
  { name: 'method', type: 'string' },
  { name: 'identifier', type: 'string' },
  { name: 'traits.name.first', type: 'string' },
  { name: 'traits.age', type: 'integer' },
  { name: 'traits.height', type: 'number', required: true },
  { name: 'traits.terms', type: 'boolean', required: true },
  { name: 'traits.news', type: 'boolean' },
  { name: 'traits.tags', type: 'array', items: 'string' },
  { name: 'traits.extra', type: 'object' },
];

const form = (...pairs: readonly (readonly [string, string])[]): Body => {
  const all = new Map<string, string[]>();
  for (const [name, value] of pairs) all.set(name, [...(all.get(name) ?? []), value]);
  return { kind: 'form', pairs: all };
};
const json = (value: JsonObject): Body => ({ kind: 'json', value });

function refused(body: Body): string {
  try {
    decode(body, fields);
  } catch (error) {
    if (error instanceof SallyportError) return error.code;
    throw error;
  }
  return 'taken';
}

describe('a form', () => {
  test.each<[string, readonly (readonly [string, string])[], JsonObject]>([
    [
      'texts become nested by their dots',
      [
        ['identifier', 'ada'],
        ['traits.name.first', 'Ada'],
      ],
      { identifier: 'ada', traits: { name: { first: 'Ada' } } },
    ],
    [
      'an empty text is absent',
      [
        ['identifier', ''],
        ['traits.name.first', ''],
      ],
      {},
    ],
    ['integers', [['traits.age', '36']], { traits: { age: 36 } }],
    ['what is no integer stays text', [['traits.age', '3.5']], { traits: { age: '3.5' } }],
    [
      'an integer nobody can hold stays text',
      [['traits.age', '12345678901234567890']],
      { traits: { age: '12345678901234567890' } },
    ],
    ['numbers', [['traits.height', '1.7e0']], { traits: { height: 1.7 } }],
    ['infinity is no number', [['traits.height', '1e999']], { traits: { height: '1e999' } }],
    ['an empty required number is zero', [['traits.height', '']], { traits: { height: 0 } }],
    ['an empty optional number is absent', [['traits.age', '']], {}],
    [
      'a text sent twice with the same value',
      [
        ['identifier', 'a'],
        ['identifier', 'a'],
      ],
      { identifier: 'a' },
    ],
    [
      'a number sent three times with the same value',
      [
        ['traits.age', '1'],
        ['traits.age', '1'],
        ['traits.age', '1'],
      ],
      { traits: { age: 1 } },
    ],
    [
      'the last of hidden field and checkbox counts',
      [
        ['traits.terms', 'false'],
        ['traits.terms', 'true'],
      ],
      { traits: { terms: true } },
    ],
    ['an empty required boolean is false', [['traits.terms', '']], { traits: { terms: false } }],
    ['an empty optional boolean is absent', [['traits.news', '']], {}],
    ['a boolean that was not sent is absent', [], {}],
    ['the bare value of a checkbox is no boolean', [['traits.terms', 'on']], { traits: { terms: 'on' } }],
    [
      'all of a list are collected, the empty ones left out',
      [
        ['traits.tags', 'a'],
        ['traits.tags', ''],
        ['traits.tags', 'b'],
      ],
      { traits: { tags: ['a', 'b'] } },
    ],
    ['one of a list is a list', [['traits.tags', 'a']], { traits: { tags: ['a'] } }],
    ['an object is JSON text', [['traits.extra', '{"a":1}']], { traits: { extra: { a: 1 } } }],
    ['what is no JSON text stays text', [['traits.extra', '{a}']], { traits: { extra: '{a}' } }],
    ['all traits can be one JSON text', [['traits', '{"age":"36"}']], { traits: { age: '36' } }],
    [
      'unknown fields are dropped',
      [
        ['traits.colour', 'blue'],
        ['state', 'inactive'],
      ],
      {},
    ],
    [
      'hidden field and button may both say the method',
      [
        ['method', 'code'],
        ['method', 'code'],
      ],
      { method: 'code' },
    ],
  ])('%s', (_, pairs, expected) => {
    expect(decode(form(...pairs), fields)).toEqual(expected);
  });

  test.each<[string, readonly (readonly [string, string])[]]>([
    [
      'a text sent twice with two values',
      [
        ['identifier', 'a'],
        ['identifier', 'b'],
      ],
    ],
    [
      'two methods',
      [
        ['method', 'code'],
        ['method', 'password'],
      ],
    ],
    [
      'a number sent twice',
      [
        ['traits.age', '1'],
        ['traits.age', '2'],
      ],
    ],
    [
      'an unknown field sent twice',
      [
        ['colour', 'a'],
        ['colour', 'b'],
      ],
    ],
    [
      'a field and a part of it',
      [
        ['traits', '{}'],
        ['traits.age', '1'],
      ],
    ],
    [
      'an unknown field and a part of it',
      [
        ['x.y', '1'],
        ['x.y.z', '1'],
      ],
    ],
    ['NUL', [['identifier', 'a\u0000']]],
    ['NUL in a field nobody reads', [['colour', 'a\u0000']]],
    ['half a surrogate pair', [['identifier', 'a\ud800']]],
    ['a prototype', [['traits.__proto__.x', '1']]],
    ['a constructor', [['constructor', '1']]],
    ['a prototype in JSON text', [['traits.extra', '{"__proto__":{}}']]],
    ['a name that is too long', [['x'.repeat(257), '1']]],
    ['a name with too many parts', [['a.b.c.d.e.f.g.h.i', '1']]],
  ])('with %s is refused', (_, pairs) => {
    expect(refused(form(...pairs))).toBe('bad_request');
  });
});

describe('a JSON body', () => {
  test.each<[string, JsonObject, JsonObject]>([
    [
      'a nested object is taken as it is',
      { traits: { name: { first: '' }, age: '36', colour: null } },
      { traits: { name: { first: '' }, age: '36', colour: null } },
    ],
    [
      'dotted names are turned into types',
      { 'traits.age': '36', 'traits.terms': 'true', 'traits.name.first': 'A' },
      { traits: { age: 36, terms: true, name: { first: 'A' } } },
    ],
    ['an empty text at the top is absent, and so is null', { identifier: '', method: null }, {}],
    ['real types stay', { 'traits.age': 36, 'traits.tags': ['a'] }, { traits: { age: 36, tags: ['a'] } }],
    ['unknown members are dropped', { state: 'inactive', id: '1' }, {}],
  ])('%s', (_, value, expected) => {
    expect(decode(json(value), fields)).toEqual(expected);
  });

  const nested = (depth: number): JsonObject => (depth === 0 ? {} : { a: nested(depth - 1) });

  test.each<[string, JsonObject]>([
    ['a member and a part of it', { traits: { age: 1 }, 'traits.age': 2 }],
    ['NUL deep inside', { traits: { name: { first: 'a\u0000' } } }],
    ['half a surrogate pair in a name', { traits: { 'a\udc00': 1 } }],
    ['a constructor deep inside', { traits: { constructor: 1 } as JsonObject }],
    ['too many levels', { traits: nested(40) }],
  ])('with %s is refused', (_, value) => {
    expect(refused(json(value))).toBe('bad_request');
  });
});

test('the checkbox of another method on the same form is none of this method', () => {
  const sent = form(['password', 'x'], ['traits.terms', 'false'], ['traits.terms', 'true']);
  expect(decode(sent, [{ name: 'password', type: 'string' }])).toEqual({ password: 'x' });
});

test('a field that must be a text is refused as anything else', () => {
  for (const value of [['a'], { a: 1 }, 1, true] as const) {
    expect(() => textOf(decode(json({ identifier: value }), fields), 'identifier')).toThrow('is not a text');
  }
  expect(textOf({}, 'constructor')).toBeUndefined();
});

test('traits that are no object are refused', () => {
  expect(() => objectIn({ traits: 'x' }, 'traits')).toThrow('is not an object');
  expect(objectIn({}, 'traits')).toEqual({});
});

test('what was typed is kept by node name, up to a limit', () => {
  const properties = [
    { name: 'traits.name.first', path: ['traits', 'name', 'first'] },
    { name: 'traits.age', path: ['traits', 'age'] },
    { name: 'traits.none', path: ['traits', 'none'] },
  ];
  expect(typedTraits(properties, { name: { first: 'Ada' }, age: 36, other: 1 })).toEqual({
    'traits.name.first': 'Ada',
    'traits.age': 36,
  });
  expect(typedTraits(properties, { name: { first: 'x'.repeat(20_000) }, age: 36 })).toEqual({});
});

test('nothing a client can send is anything but a value or a refusal', () => {
  const key = fc.oneof(
    fc.constantFrom(...fields.map(({ name }) => name), 'traits', 'traits.name'),
    fc.string({ maxLength: 20 }),
  );
  fc.assert(
    fc.property(fc.dictionary(key, fc.jsonValue({ maxDepth: 4 })), (value) => {
      expect(['taken', 'bad_request']).toContain(refused(json(value as JsonObject)));
    }),
  );
});
