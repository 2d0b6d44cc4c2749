import { expect, test } from 'vitest';
import { parseBoolean } from './boolean.ts';

test('a truth value is read in the spellings of the wire and in no other', () => {
  expect(['1', 't', 'T', 'true', 'TRUE', 'True'].map(parseBoolean)).toEqual(Array(6).fill(true));
  expect(['0', 'f', 'F', 'false', 'FALSE', 'False'].map(parseBoolean)).toEqual(Array(6).fill(false));
  expect(['', 'yes', 'on', 'tRUE', ' true', '2'].map(parseBoolean)).toEqual(Array(6).fill(undefined));
});
