import { expect, test } from 'vitest';

import { MESSAGES, fill, moment, say } from './messages.ts';

test('a message fills its text from its context and keeps the context', () => {
  expect(say(4000032, { min_length: 8, actual_length: 3 }, 'password')).toEqual({
    id: 4000032,
    text: 'A password has at least 8 characters; this one has 3.',
    type: 'error',
    context: { min_length: 8, actual_length: 3 },
    at: 'password',
  });
});

test('a message without context or node has neither member', () => {
  expect(Object.keys(say(1070001))).toEqual(['id', 'text', 'type']);
});

test('lists are joined and what is missing stays empty', () => {
  expect(fill('{a}|{b}|{constructor}', { a: ['x', 1, true] })).toBe('x, 1, true||');
});

test('a moment is told twice', () => {
  expect(moment('expired_at', 1_700_000_000_999)).toEqual({
    expired_at: '2023-11-14T22:13:20.999Z',
    expired_at_unix: 1_700_000_000,
  });
});

test('the number tells the type: 4 and 5 are errors, the few successes are known', () => {
  const entries = Object.entries(MESSAGES);
  for (const [id, { type }] of entries) expect(type === 'error', id).toBe(/^[45]/.test(id));
  expect(entries.filter(([, { type }]) => type === 'success').map(([id]) => id)).toEqual([
    '1050001',
    '1060001',
    '1080002',
  ]);
});
