import { expect, test } from 'vitest';
import { bodyField } from './body.ts';

test.each<[readonly string[], string | undefined]>([
  [[], undefined],
  [['a'], 'a'],
  [[''], ''],
  [['a', 'a'], 'a'],
  [['a', 'a', 'b'], undefined],
])('a field sent as %j has the value %j', (values, value) => {
  expect(bodyField({ kind: 'form', pairs: new Map([['csrf_token', values]]) }, 'csrf_token')).toBe(value);
});
