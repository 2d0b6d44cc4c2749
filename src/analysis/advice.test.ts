import { expect, test } from 'vitest';
import { adviceFor } from './advice.ts';
import type { Explanation } from './explanation.ts';

/** A flow of this kind that a step stopped. */
function stopped(kind: Explanation['kind'], verdict: string, cause: string): Parameters<typeof adviceFor>[0] {
  const at = { state: undefined, hook: undefined, list: undefined, at: 0 };
  return {
    id: '',
    kind,
    stands: 'waits',
    state: undefined,
    begun: undefined,
    expires: undefined,
    stopped: { ...at, verdict, code: verdict, cause },
    others: [],
    happened: [],
    mails: [],
  };
}

test.each([
  ['registration', '4000007: Taken.', 'takes another identifier'],
  ['recovery', '4060006: Wrong.', 'asks for another one'],
  ['verification', '4070006: Wrong.', 'asks for another one'],
  ['verification', '1900002: Nobody has confirmed it.', 'shows its password'],
  ['verification', '4000006 1900002: Wrong. Nobody has confirmed it.', 'shows its password'],
] as const)('what a %s with %s is told to do', (kind, cause, advice) => {
  expect(adviceFor(stopped(kind, 'store.taken', cause))).toContain(advice);
});
