import { describe, expect, test } from 'vitest';

import { formatIssue } from '../kernel/issue.ts';
import type { Traits } from '../kernel/draft.ts';
import type { JsonObject } from '../kernel/json.ts';
import type { Message } from '../kernel/message.ts';
import { type IdentitySchema, isProblem, loadSchemas } from './schema.ts';
import { customer } from './schema.fixture.ts';

const source = { id: 'default', url: 'file:///schema.json', selectable: false, rootIsTraits: false, place: undefined };

async function load(document: unknown, rootIsTraits = false): Promise<IdentitySchema> {
  const { schemas, issues } = await attempt(document, rootIsTraits);
  expect(issues.map(formatIssue)).toEqual([]);
  const schema = schemas?.get('default');
  if (schema === undefined) throw new Error('No schema.');
  return schema;
}

const attempt = (document: unknown, rootIsTraits = false) =>
  loadSchemas({ defaultSchemaId: 'default', schemas: [{ ...source, rootIsTraits }] }, () =>
    Promise.resolve(typeof document === 'string' ? document : JSON.stringify(document)),
  );

const problemsOf = (schema: IdentitySchema, traits: Traits): readonly Message[] => {
  const derived = schema.derive(traits);
  return isProblem(derived) ? derived : [];
};

const ofTraits = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: 'object',
  properties: { traits: { type: 'object', properties, ...more } },
});

test.each([
  ['emial', /"emial", which nothing is checked for/],
  ['string', /"string", which nothing is checked for/],
  ['text', /"text", which nothing is checked for/],
])('a format that nobody knows, %s, asserts nothing and is warned about', async (format, said) => {
  const { schemas, issues, warnings } = await attempt(ofTraits({ nickname: { type: 'string', format } }));
  expect(issues.map(formatIssue)).toEqual([]);
  expect(warnings.map(formatIssue).join('\n')).toMatch(said);
  expect(warnings.map(({ path }) => path)).toEqual([
    'identity.schemas default #/properties/traits/properties/nickname/format',
  ]);
  const schema = schemas?.get('default');
  expect(schema && problemsOf(schema, { nickname: 'Nick' })).toEqual([]);
});

test('a trait that is called format is no format', async () => {
  const { issues, warnings } = await attempt(ofTraits({ format: { type: 'string' } }));
  expect([...issues, ...warnings].map(formatIssue)).toEqual([]);
});

describe('what is wrong with traits', () => {
  test.each<[string, JsonObject, unknown]>([
    [
      'several fields at once',
      {
        mail: 'kai10@shop.example',
        terms: false,
        children: 44,
        login: 'X',
        person: { given: 'Bartholomew-Maximilian' },
      },
      [
        ['traits.login', 4000004, { pattern: '^[a-z][a-z0-9_]{2,15}$' }],
        ['traits.person.given', 4000017, { max_length: 12, actual_length: 22 }],
        ['traits.children', 4000020, { maximum: 20, actual: 44 }],
        ['traits.terms', 4000029, { expected: 'true' }],
      ],
    ],
    [
      'a mail address that is none',
      { mail: 'kai at home', terms: true },
      [['traits.mail', 4000040, { value: 'kai at home' }]],
    ],
    [
      'a field that does not exist',
      { mail: 'k@shop.example', terms: true, colour: 'blue' },
      [['traits', 4000001, { reason: 'There is no field “colour”.' }]],
    ],
    [
      'another type',
      { mail: 'k@shop.example', terms: true, children: 'three' },
      [['traits.children', 4000026, { allowed_types: ['integer'], actual_type: 'string' }]],
    ],
    ['a missing field', { mail: 'k@shop.example' }, [['traits.terms', 4000002, { property: 'terms' }]]],
    [
      'too small a number',
      { mail: 'k@shop.example', terms: true, children: -3 },
      [['traits.children', 4000018, { minimum: 0, actual: -3 }]],
    ],
    ['nothing', { mail: 'k@shop.example', terms: true }, []],
  ])('%s', async (_, traits, expected) => {
    const schema = await load(customer);
    expect(problemsOf(schema, traits).map(({ at, id, context }) => [at, id, context])).toEqual(expected);
  });

  test.each<[JsonObject, unknown, number, JsonObject | undefined]>([
    [{ type: 'string', minLength: 3 }, '😀😀', 4000003, { min_length: 3, actual_length: 2 }],
    [{ exclusiveMinimum: 3 }, 3, 4000019, { minimum: 3, actual: 3 }],
    [{ exclusiveMaximum: 3 }, 3, 4000021, { maximum: 3, actual: 3 }],
    [{ multipleOf: 2 }, 3, 4000022, { base: 2, actual: 3 }],
    [{ type: 'array', maxItems: 1 }, [1, 2], 4000023, { max_items: 1, actual_items: 2 }],
    [{ type: 'array', minItems: 1 }, [], 4000024, { min_items: 1, actual_items: 0 }],
    [{ type: 'array', uniqueItems: true }, [1, 2, 1], 4000025, { index_a: 0, index_b: 2 }],
    [{ const: { a: 1 } }, 1, 4000030, undefined],
    [{ format: 'tel' }, '0170', 4000041, { value: '0170' }],
    [{ format: 'date' }, 'today', 4000001, { reason: 'This is not a valid date.' }],
    [{ type: ['string', 'null'] }, 1, 4000026, { allowed_types: ['string', 'null'], actual_type: 'number' }],
    [
      { type: 'array', items: { type: 'string' } },
      ['a', 1],
      4000026,
      { allowed_types: ['string'], actual_type: 'number' },
    ],
  ])('%j does not take %j', async (property, value, id, context) => {
    const schema = await load(ofTraits({ x: property }));
    const [message] = problemsOf(schema, { x: value as string });
    expect([message?.at, message?.id, message?.context]).toEqual(['traits.x', id, context]);
  });

  test('a cause is told instead of the branch it is in', async () => {
    const schema = await load(ofTraits({ x: { anyOf: [{ type: 'string', minLength: 9 }] } }));
    expect(problemsOf(schema, { x: 'short' }).map(({ id }) => id)).toEqual([4000003]);
  });

  test('a hostile text does not choose how long a pattern takes', async () => {
    const schema = await load(ofTraits({ x: { type: 'string', pattern: '^(a+)+$' } }));
    expect(problemsOf(schema, { x: `${'a'.repeat(5_000)}!` }).map(({ id }) => id)).toEqual([4000004]);
  });
});

describe('the properties of a schema', () => {
  test('are its leaves in the order of the document', async () => {
    const { properties } = await load(customer);
    expect(properties.map(({ name, type, required }) => [name, type, required])).toEqual([
      ['traits.mail', 'string', true],
      ['traits.login', 'string', false],
      ['traits.person.given', 'string', false],
      ['traits.person.family', 'string', false],
      ['traits.children', 'integer', false],
      ['traits.terms', 'boolean', true],
    ]);
  });

  test('go through references and allOf', async () => {
    const schema = await load({
      definitions: { name: { type: 'object', properties: { first: { type: 'string', title: 'First' } } } },
      ...ofTraits(
        { name: { $ref: '#/definitions/name' }, tags: { type: 'array', items: { type: 'string' } } },
        {
          allOf: [{ properties: { age: { type: 'number' } }, required: ['age', 'tags'] }],
        },
      ),
    });
    expect(
      schema.properties.map(({ name, type, items, required, title }) => [name, type, items, required, title]),
    ).toEqual([
      ['traits.name.first', 'string', undefined, false, 'First'],
      ['traits.tags', 'array', 'string', true, undefined],
      ['traits.age', 'number', undefined, true, undefined],
    ]);
  });

  test('the sign-in field has the title of the only identifying property', async () => {
    const mail = {
      type: 'string',
      title: 'Mail',
      'ory.sh/kratos': { credentials: { password: { identifier: true } } },
    };
    expect((await load(ofTraits({ mail }))).identifierLabel).toMatchObject({
      id: 1070002,
      context: { title: 'Mail', name: 'traits.mail' },
    });
    expect((await load(customer)).identifierLabel).toMatchObject({ id: 1070004 });
  });

  test('the root of an old file is the traits, and its references still lead somewhere', async () => {
    const schema = await load(
      {
        $id: 'https://example.com/person.json',
        type: 'object',
        definitions: {
          mail: {
            type: 'string',
            format: 'email',
            'ory.sh/kratos': { credentials: { password: { identifier: true } } },
          },
        },
        properties: { email: { $ref: '#/definitions/mail' } },
        required: ['email'],
      },
      true,
    );
    expect(schema.properties.map(({ name }) => name)).toEqual(['traits.email']);
    expect(problemsOf(schema, { email: 'no' }).map(({ at }) => at)).toEqual(['traits.email']);
    expect(schema.derive({ email: 'Ada@example.com' })).toMatchObject({
      identifiers: { password: ['ada@example.com'] },
    });
    expect(Object.keys(schema.document['properties'] as JsonObject)).toEqual(['traits']);
  });

  test('the built-in schema signs in, verifies and recovers by mail', async () => {
    const { schemas } = await loadSchemas(
      { defaultSchemaId: 'default', schemas: [{ ...source, url: 'builtin:email' }] },
      () => Promise.reject(new Error('Nothing is read.')),
    );
    expect(schemas?.get('default')?.derive({ email: 'ada@example.com' })).toEqual({
      identifiers: { password: ['ada@example.com'], code: ['ada@example.com'] },
      codeAddresses: [{ via: 'email', value: 'ada@example.com' }],
      verifiable: [{ via: 'email', value: 'ada@example.com' }],
      recovery: [{ via: 'email', value: 'ada@example.com' }],
      accountName: undefined,
    });
  });
});

describe('deriving', () => {
  const tagged = (extension: JsonObject, more: JsonObject = {}): JsonObject => ({
    type: 'string',
    ...more,
    'ory.sh/kratos': extension,
  });

  const everything = {
    credentials: { password: { identifier: true }, code: { identifier: true, via: 'email' } },
    verification: { via: 'email' },
    recovery: { via: 'email' },
  };

  test('identifiers are normalised, unrepeated and sorted, from lists and nested objects too', async () => {
    const id = tagged({ credentials: { password: { identifier: true } } });
    const schema = await load(
      ofTraits({ a: id, deep: { type: 'object', properties: { b: id } }, list: { type: 'array', items: id } }),
    );
    const derived = schema.derive({ a: 'Zoe', deep: { b: ' ada ' }, list: ['ZOE', '', '+49 170 1234567'] });
    expect(derived).toMatchObject({ identifiers: { password: ['+491701234567', 'ada', 'zoe'] } });
  });

  test('a type the schema flags is there even without a value', async () => {
    const schema = await load(ofTraits({ x: tagged(everything) }));
    expect(schema.derive({})).toMatchObject({ identifiers: { password: [], code: [] } });
  });

  test.each<[string, JsonObject, string, number]>([
    ['mail without format', tagged({ verification: { via: 'email' } }), 'nobody', 4000040],
    ['phone without format', tagged({ recovery: { via: 'sms' } }), 'nobody', 4000041],
    ['a code address', tagged({ credentials: { code: { identifier: true, via: 'email' } } }), 'nobody', 4000040],
    [
      'an identifier with something unseen',
      tagged({ credentials: { password: { identifier: true } } }),
      'a\u200bb',
      4000001,
    ],
    ['an address with NUL', tagged({ verification: { via: 'email' } }), 'a\u0000@b.c', 4000001],
    [
      'an identifier that is too long',
      tagged({ credentials: { password: { identifier: true } } }),
      'x'.repeat(321),
      4000001,
    ],
  ])('%s is told at its field', async (_, property, value, id) => {
    const derived = (await load(ofTraits({ x: property }))).derive({ x: value });
    expect(isProblem(derived) && derived.map((message) => [message.id, message.at])).toEqual([[id, 'traits.x']]);
  });

  test('an address by `phone`, as v0.9 to v1.0 called it, is one by text message', async () => {
    const schema = await load(ofTraits({ x: tagged({ verification: { via: 'phone' } }, { format: 'tel' }) }));
    expect(schema.derive({ x: '+49 151 12345678' })).toMatchObject({
      verifiable: [{ via: 'sms', value: '+4915112345678' }],
    });
  });

  test('an address is taken as it is where the schema says no-validate', async () => {
    const schema = await load(ofTraits({ x: tagged({ verification: { via: 'email' } }, { format: 'no-validate' }) }));
    expect(schema.derive({ x: 'Room 5' })).toMatchObject({ verifiable: [{ via: 'email', value: 'room 5' }] });
  });

  test.each([
    ['email', 'tel', '+49 (0)151 12345678', '+4915112345678'],
    ['email', 'uri', 'https://a.example/B', 'https://a.example/b'],
    ['email', 'string', 'Room 5', 'room 5'],
    ['sms', 'email', 'Ada@X.test', 'ada@x.test'],
  ] as const)('an address by %s of the format %s is read by its format: %s', async (via, format, typed, value) => {
    const schema = await load(ofTraits({ x: tagged({ verification: { via }, recovery: { via } }, { format }) }));
    const address = [{ via, value }];
    expect(schema.derive({ x: typed })).toMatchObject({ verifiable: address, recovery: address });
    expect(schema.deriveStored({ x: typed })).toMatchObject({ verifiable: address, recovery: address });
  });

  test.each([
    ['email', 'uri', /is uri, which says nothing about an address/],
    ['email', 'hostname', /is hostname, which says nothing about an address/],
    ['email', 'string', /is the format "string", which nothing is checked for/],
  ] as const)(
    'an address by %s of the format %s is warned about once, and does not refuse the start',
    async (via, format, said) => {
      const document = ofTraits({ x: tagged({ verification: { via } }, { format }) });
      const { issues, warnings } = await attempt(document);
      expect([issues, warnings.map(formatIssue)]).toEqual([[], [expect.stringMatching(said)]]);
    },
  );

  test('a code needs an address to go to, also where the schema says no-validate', async () => {
    const code = { credentials: { code: { identifier: true, via: 'email' } } };
    const schema = await load(ofTraits({ x: tagged(code, { format: 'no-validate' }) }));
    expect(problemsOf(schema, { x: 'Room 5' }).map(({ id, at }) => [id, at])).toEqual([[4000040, 'traits.x']]);
  });

  const long = `${'n'.repeat(60)}@${`${'d'.repeat(60)}.`.repeat(4)}test`;
  test.each([
    ['longer than a mail server takes', long, long],
    ['with compatibility characters', 'x²@ｅxample.org', 'x2@example.org'],
  ])('an address %s is refused where it is typed and keeps its meaning where it is stored', async (_, mail, value) => {
    const schema = await load(ofTraits({ x: tagged(everything, { format: 'email' }) }));
    expect(problemsOf(schema, { x: mail }).map(({ id, at }) => [id, at])).toEqual([[4000040, 'traits.x']]);
    const address = [{ via: 'email', value }];
    expect(schema.deriveStored({ x: mail })).toMatchObject({
      identifiers: { password: [value], code: [value] },
      codeAddresses: address,
      verifiable: address,
      recovery: address,
    });
  });

  test('what is stored and is no address under any rule is left out', async () => {
    const schema = await load(ofTraits({ x: tagged(everything) }));
    expect(schema.deriveStored({ x: 'Room 5' })).toMatchObject({
      identifiers: { password: ['room 5'], code: [] },
      codeAddresses: [],
      verifiable: [],
      recovery: [],
    });
  });
});

describe('a schema is refused', () => {
  const unfolding = Object.fromEntries(
    Array.from({ length: 21 }, (_, i) => [
      `d${i}`,
      i === 20
        ? { type: 'string' }
        : { allOf: [{ $ref: `#/definitions/d${i + 1}` }, { $ref: `#/definitions/d${i + 1}` }] },
    ]),
  );

  test.each<[string, unknown, RegExp]>([
    ['that is no JSON', '{', /is not JSON/],
    ['that is no object', '[]', /is not an object/],
    ['over a mebibyte', ' '.repeat(1_048_577), /1048577 bytes/],
    ['without traits', { type: 'object', properties: {} }, /properties\/traits: is missing/],
    ['without a trait', ofTraits({}), /names no trait/],
    [
      'with look-ahead',
      ofTraits({ x: { type: 'string', pattern: '^(?=.*a)b' } }),
      /traits\/properties\/x\/pattern: .*linear time/,
    ],
    [
      'with a reference elsewhere',
      ofTraits({ x: { $ref: 'https://example.com/x.json' } }),
      /no other document is fetched/,
    ],
    ['with a reference to nothing', ofTraits({ x: { $ref: '#/definitions/x' } }), /is not there/],
    [
      'with a circle',
      { definitions: { a: { $ref: '#/definitions/a' } }, ...ofTraits({ x: { $ref: '#/definitions/a' } }) },
      /leads back to itself/,
    ],
    [
      'that unfolds without end',
      { definitions: unfolding, ...ofTraits({ x: { $ref: '#/definitions/d0' } }) },
      /more than 10000 nodes/,
    ],
    [
      'with an unknown annotation',
      ofTraits({ x: { 'ory.sh/kratos': { verify: { via: 'email' } } } }),
      /verify: is not known; known here/,
    ],
    [
      'with an unknown channel',
      ofTraits({ x: { 'ory.sh/kratos': { recovery: { via: 'pigeon' } } } }),
      /via: is "pigeon"; email or sms/,
    ],
    [
      'with a flag that is no boolean',
      ofTraits({ x: { 'ory.sh/kratos': { credentials: { password: { identifier: 'yes' } } } } }),
      /is "yes"; true or false/,
    ],
    [
      'with a name that is no name',
      `{"properties":{"traits":{"properties":{"__proto__":{"type":"string"}}}}}`,
      /cannot be used/,
    ],
    ['that is no schema', ofTraits({ x: { type: 'strng' } }), /draft 7 is expected/],
  ])('%s', async (_, document, expected) => {
    const { schemas, issues } = await attempt(document);
    expect(schemas).toBeUndefined();
    expect(issues.map(formatIssue).join('\n')).toMatch(expected);
  });

  test('an unknown default schema is named with those there are', async () => {
    const { issues } = await loadSchemas({ defaultSchemaId: 'x', schemas: [{ ...source, url: 'builtin:email' }] }, () =>
      Promise.resolve(''),
    );
    expect(issues.map(formatIssue)).toEqual([
      'identity.default_schema_id: is x; one of the schemas is expected: default',
    ]);
  });

  test('words that are data are not taken for a schema', async () => {
    const { properties } = await load(
      ofTraits({
        x: {
          type: 'object',
          default: { $ref: 'elsewhere', pattern: '(?=' },
          properties: { default: { type: 'string' } },
        },
      }),
    );
    expect(properties.map(({ name }) => name)).toEqual(['traits.x.default']);
  });
});
