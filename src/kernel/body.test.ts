import { expect, test } from 'vitest';
import { bodyField, pressed } from './body.ts';

test.each<[readonly string[], string | undefined]>([
  [[], undefined],
  [['a'], 'a'],
  [[''], ''],
  [['a', 'a'], 'a'],
  [['a', 'a', 'b'], undefined],
])('a field sent as %j has the value %j', (values, value) => {
  expect(bodyField({ kind: 'form', pairs: new Map([['csrf_token', values]]) }, 'csrf_token')).toBe(value);
});

test.each<[unknown, boolean]>([
  [true, true],
  ['true', true],
  ['1', true],
  [false, false],
  ['false', false],
  ['', false],
  ['yes', false],
  [undefined, false],
])('a button sent as %j is pressed: %s', (value, is) => {
  const json = value === undefined ? {} : { set_new: value as boolean | string };
  expect(pressed({ kind: 'json', value: json }, 'set_new')).toBe(is);
});
