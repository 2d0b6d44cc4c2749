import { expect, test } from 'vitest';
import { traitProperties } from './trait-property.ts';

test.each([
  [{ const: true }, 'boolean'],
  [{ enum: [1, 2, 3] }, 'number'],
  [{ enum: ['a', 'b'] }, 'string'],
  [{ enum: ['a', 1] }, 'string'],
  [{ enum: [] }, 'string'],
  [{ type: 'integer', const: 1 }, 'integer'],
])('the type of a trait with %j is %s', (trait, type) => {
  const properties = { traits: { type: 'object', properties: { trait } } };
  expect(traitProperties({ properties }).map((each) => each.type)).toEqual([type]);
});
