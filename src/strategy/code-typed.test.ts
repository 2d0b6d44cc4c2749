import { expect, test } from 'vitest';
import { codeTyped } from './code-typed.ts';

test.each([
  ['123456', '123456'],
  [' 123 456\n', '123456'],
  ['123-456', '123456'],
  ['12–34—56', '123456'],
  ['1\u00A02\u200B3\u20114 5 6', '123456'],
  ['12345a', '12345a'],
  ['-', ''],
  [undefined, ''],
])('%j is read as %j', (typed, read) => {
  expect(codeTyped(typed)).toBe(read);
});
