import { expect, test } from 'vitest';
import { keepNewest } from './keep-newest.ts';

test('what was used last is kept, and the rest goes', () => {
  const map = new Map<string, number>();
  for (const [n, key] of ['a', 'b', 'c', 'a', 'd'].entries()) keepNewest(map, key, n, 3);
  expect([...map]).toEqual([['c', 2], ['a', 3], ['d', 4]]); // prettier-ignore
});

test('a smaller bound drops as many as it takes, and the new one stays', () => {
  const map = new Map([1, 2, 3, 4, 5].map((n) => [n, n]));
  keepNewest(map, 6, 6, 2);
  expect([...map.keys()]).toEqual([5, 6]);
  keepNewest(map, 7, 7, 1);
  expect([...map.keys()]).toEqual([7]);
});
