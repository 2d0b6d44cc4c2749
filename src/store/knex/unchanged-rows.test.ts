import { expect, test } from 'vitest';
import { createUnchangedRows } from './unchanged-rows.ts';

interface Row {
  readonly name: string;
  readonly tags: string;
}

function start(most = 2) {
  const made: string[] = [];
  const valueOf = createUnchangedRows((row: Row) => {
    made.push(row.name);
    return { name: row.name, tags: JSON.parse(row.tags) as string[] };
  }, most);
  return { made, valueOf };
}

test('a row that was read again as it was has the same value', () => {
  const { made, valueOf } = start();
  const value = valueOf('a', { name: 'Ann', tags: '["x"]' });
  expect(value).toEqual({ name: 'Ann', tags: ['x'] });
  expect(valueOf('a', { name: 'Ann', tags: '["x"]' })).toBe(value);
  expect(made).toEqual(['Ann']);
});

test('a row of which anything changed has a new value', () => {
  const { valueOf } = start();
  const value = valueOf('a', { name: 'Ann', tags: '["x"]' });
  expect(valueOf('a', { name: 'Ann', tags: '["x","y"]' })).toEqual({ name: 'Ann', tags: ['x', 'y'] });
  expect(valueOf('a', { name: 'Ann', tags: '["x"]' })).not.toBe(value);
});

test('rows of several keys do not mix, and the oldest is forgotten', () => {
  const { made, valueOf } = start(2);
  for (const key of ['a', 'b', 'a', 'c', 'a']) valueOf(key, { name: key, tags: '[]' });
  expect(made).toEqual(['a', 'b', 'c', 'a']);
});

test('a value cannot be changed by whoever was given it', () => {
  const { valueOf } = start();
  const value = valueOf('a', { name: 'Ann', tags: '["x"]' });
  expect(() => value.tags.push('y')).toThrow(TypeError);
  expect(() => Object.assign(value, { name: 'Eve' })).toThrow(TypeError);
});
