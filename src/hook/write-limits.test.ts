import { expect, test } from 'vitest';
import { MOST, NOTHING_SPENT, spend, type Spent } from './write-limits.ts';

/** Spends until it is refused; how often it was not, and what is said then. */
function until(what: 'messages' | 'verifications' | 'notes', text: string): readonly [number, string] {
  let spent: Spent = NOTHING_SPENT;
  for (let n = 0; n < 1_000; n += 1) {
    try {
      spent = spend(spent, what, text);
    } catch (error) {
      return [n, error instanceof Error ? error.message : ''];
    }
  }
  return [1_000, ''];
}

test.each<readonly ['messages' | 'verifications' | 'notes', string, number, string]>([
  ['messages', 'x', MOST.messages, '10 messages'],
  ['verifications', '', MOST.verifications, '10 verifications'],
  ['notes', 'x', MOST.notes, '20 notes'],
  ['messages', 'x'.repeat(32_768), 2, '64 KiB'],
  ['notes', 'é'.repeat(16_384), 2, '64 KiB'],
])('%s: so many go through, and what is too much is said', (what, text, most, said) => {
  expect(until(what, text)).toEqual([most, `It wrote more than the hooks of one submit may: ${said}.`]);
});

test('messages and notes have their own numbers and share the bytes', () => {
  let spent: Spent = NOTHING_SPENT;
  for (let n = 0; n < MOST.messages; n += 1) spent = spend(spent, 'messages', 'x');
  for (let n = 0; n < MOST.notes; n += 1) spent = spend(spent, 'notes', 'x');
  expect(spent).toEqual({ messages: 10, verifications: 0, notes: 20, bytes: 30 });
});
