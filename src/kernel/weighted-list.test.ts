import { expect, test } from 'vitest';
import { weightedList } from './weighted-list.ts';

test('entries come in written order, with their weight, in lower case', () => {
  expect(weightedList('de-AT, en;q=0.8 ,text/HTML; level=1; Q=0.5')).toEqual([
    { value: 'de-at', weight: 1 },
    { value: 'en', weight: 0.8 },
    { value: 'text/html', weight: 0.5 },
  ]);
});

test.each(['', ',', 'a;q=0', 'a;q=2', 'a;q=-1', 'a;q=high', ';q=1'])('%s holds nothing that is wanted', (header) =>
  expect(weightedList(header)).toEqual([]),
);
