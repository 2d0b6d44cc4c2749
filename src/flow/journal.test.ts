import { expect, test } from 'vitest';
import { SallyportError } from '../kernel/error.ts';
import type { JournalOutcome, JournalStep } from './flow.ts';
import {
  causeOf,
  codedOutcome,
  failedOutcome,
  outcomeText,
  reachedOutcome,
  readOutcome,
  rejectedOutcome,
  replacedOutcome,
} from './journal.ts';

const ended = (event: string): readonly JournalStep[] => [{ state: 'form.checking', event, ms: 1 }];
const broken = new SallyportError('hook_failed', 'A hook failed.', { cause: new Error('Hook x: no') });

const CASES: readonly (readonly [outcome: JournalOutcome, text: string, event: string])[] = [
  [reachedOutcome('done', ended('hook.continue')), 'done', 'hook.continue'],
  [reachedOutcome('success.waiting', ended('store.done')), 'success.waiting', 'store.done'],
  [reachedOutcome('sent.waiting', ended('store.done')), 'sent.waiting', 'store.done'],
  [reachedOutcome('form.waiting', ended('hook.fail')), 'form.waiting', 'hook.fail'],
  [reachedOutcome('diverted', ended('hook.divert')), 'diverted', 'hook.divert'],
  [failedOutcome(causeOf(broken)), 'failed: hook_failed: A hook failed. (Hook x: no)', 'failed'],
  [failedOutcome(causeOf(new TypeError('x: y'))), 'failed: TypeError: x: y', 'failed'],
  [failedOutcome(causeOf('thrown')), 'failed: unknown error', 'failed'],
  [
    rejectedOutcome({ code: 'bad_request', reason: 'No body: none.' }),
    'refused: bad_request: No body: none.',
    'submit',
  ],
  [replacedOutcome, 'replaced', 'submit'],
];

test.each(CASES)('%j is written as the text of earlier versions, and read from both', (outcome, text, event) => {
  expect(outcomeText(outcome)).toBe(text);
  expect(readOutcome(text, codedOutcome(outcome), ended(event))).toEqual(outcome);
  expect(readOutcome(text, null, ended(event))).toEqual(outcome);
});

test('the codes are read, not the text beside them', () => {
  const nonsense = CASES.map(([outcome, , event]) => readOutcome('xyzzy', codedOutcome(outcome), ended(event)));
  expect(nonsense).toEqual(CASES.map(([outcome]) => outcome));
});

test('a kind that a later version writes is read from the text beside it', () => {
  expect(readOutcome('done', '{"kind":"postponed","code":"later"}', ended('store.done'))).toEqual(
    reachedOutcome('done', ended('store.done')),
  );
});

test('what is stored has an end, however long a reason is', () => {
  const long = failedOutcome({ code: 'hook_failed', reason: 'ü'.repeat(5_000) });
  expect(outcomeText(long)).toHaveLength(1_000);
  expect(readOutcome('', codedOutcome(long), []).reason).toHaveLength(1_000);
});
