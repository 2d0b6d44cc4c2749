import { beforeAll, expect, test } from 'vitest';

import { type IdentitySchema, loadSchemas } from '../identity/schema.ts';
import { form, json } from './attempt-context.fixture.ts';
import { carriesTraits, readTraits, traitNodes } from './traits.ts';

let schema: IdentitySchema;
beforeAll(async () => {
  const source = { id: 'all', url: 'file:///x', selectable: false, rootIsTraits: false, place: undefined };
  const document = {
    type: 'object',
    properties: {
      traits: {
        type: 'object',
        properties: {
          mail: { type: 'string', format: 'email', title: 'Mail' },
          phone: { type: 'string', format: 'tel' },
          site: { type: 'string', format: 'uri' },
          born: { type: 'string', format: 'date' },
          seen: { type: 'string', format: 'date-time' },
          colour: { type: 'string', enum: ['red'], pattern: '^r', disableFormField: true },
          id: { type: 'string', format: 'uuid' },
          height: { type: 'number' },
          news: { type: 'boolean' },
          tags: { type: 'array', items: { type: 'string' } },
          pets: { type: 'array', items: { type: 'object' } },
          free: { type: 'object' },
        },
        required: ['mail'],
      },
    },
  };
  const { schemas } = await loadSchemas({ defaultSchemaId: 'all', schemas: [source] }, () =>
    Promise.resolve(JSON.stringify(document)),
  );
  const found = schemas?.get('all');
  if (found === undefined) throw new Error('No schema.');
  schema = found;
});

test('each trait that a form can ask for has the input of its type and format', () => {
  const nodes = traitNodes(schema, { group: 'profile', values: {}, hidden: false });
  expect(nodes.map(({ group, attributes, meta }) => ({ group, ...attributes, label: meta.label?.context }))).toEqual([
    {
      group: 'profile',
      name: 'traits.mail',
      type: 'email',
      required: true,
      autocomplete: 'email',
      disabled: false,
      node_type: 'input',
      label: { title: 'Mail', name: 'traits.mail' },
    },
    { group: 'profile', name: 'traits.phone', type: 'tel', autocomplete: 'tel', disabled: false, node_type: 'input' },
    { group: 'profile', name: 'traits.site', type: 'url', autocomplete: 'url', disabled: false, node_type: 'input' },
    { group: 'profile', name: 'traits.born', type: 'date', disabled: false, node_type: 'input' },
    { group: 'profile', name: 'traits.seen', type: 'datetime-local', disabled: false, node_type: 'input' },
    { group: 'profile', name: 'traits.colour', type: 'text', pattern: '^r', disabled: true, node_type: 'input' },
    { group: 'profile', name: 'traits.id', type: 'text', disabled: false, node_type: 'input' },
    { group: 'profile', name: 'traits.height', type: 'number', disabled: false, node_type: 'input' },
    { group: 'profile', name: 'traits.news', type: 'checkbox', disabled: false, node_type: 'input' },
    { group: 'profile', name: 'traits.tags', type: 'text', disabled: false, node_type: 'input' },
  ]);
});

test('values keep their JSON type, hidden or not', () => {
  const values = { 'traits.news': false, 'traits.height': 1.7, 'traits.mail': '' };
  const shown = traitNodes(schema, { group: 'default', values, hidden: true });
  const attributes = new Map(
    shown.map((node) => ['name' in node.attributes ? node.attributes.name : '', node.attributes]),
  );
  expect(attributes.get('traits.news')).toMatchObject({ type: 'hidden', value: false });
  expect(attributes.get('traits.height')).toMatchObject({ type: 'hidden', value: 1.7 });
  expect(attributes.get('traits.mail')).toMatchObject({ type: 'hidden', value: '' });
  expect(attributes.get('traits.site')).not.toHaveProperty('value');
});

test('a body is read by the types of the schema', () => {
  const sent = form(
    ['traits.height', '1.7'],
    ['traits.tags', 'a'],
    ['traits.tags', 'b'],
    ['traits.free', '{"a":1}'],
    ['traits.mail', ''],
  );
  expect(readTraits(schema, sent)).toMatchObject({
    traits: { height: 1.7, tags: ['a', 'b'], free: { a: 1 } },
    values: { 'traits.height': 1.7, 'traits.tags': ['a', 'b'], 'traits.free': { a: 1 } },
  });
  expect(() => readTraits(schema, json({ traits: 'text' }))).not.toThrow();
  expect(readTraits(schema, json({ traits: { mail: '' } })).traits).toEqual({ mail: '' });
});

test('a body says something about traits or not', () => {
  expect(carriesTraits(form(['traits.mail', 'x']))).toBe(true);
  expect(carriesTraits(json({ traits: {} }))).toBe(true);
  expect(carriesTraits(json({ traitsx: {} }))).toBe(false);
});
