import { describe, expect, test } from 'vitest';
import { SallyportError, type Code } from '../kernel/error.ts';
import { NO_MORE_TRIES, say } from '../kernel/messages.ts';
import { reasonOfError, reasonOfMessages } from './reason.ts';

describe('a refusal that a page shows', () => {
  test.each([
    [say(4000006), 'credentials'],
    [say(4010008), 'code'],
    [say(4000034), 'password'],
    [say(4000028, { credential_identifier_hint: 'ada' }), 'identifier_taken'],
    [say(4000001, { reason: NO_MORE_TRIES }), 'tries_used_up'],
    [say(4010002), 'method'],
    [say(4010011), 'inactive'],
    [say(4000002), 'form'],
    [say(4000001, { reason: 'something else' }), 'form'],
  ] as const)('with message %o is of the class %s', (message, reason) => {
    expect(reasonOfMessages([message], false)).toBe(reason);
  });

  test('is of the class of the first message that has one', () => {
    expect(reasonOfMessages([say(4000002), say(4000006)], false)).toBe('credentials');
  });

  test('and has no form came back from a provider', () => {
    expect(reasonOfMessages([say(4000001, { reason: 'The provider said no.' })], true)).toBe('provider');
  });
});

describe('an error that ends a request', () => {
  const codes: readonly (readonly [Code, string | undefined])[] = [
    ['unauthorized', 'state'],
    ['hook_failed', 'hook'],
    ['upstream_error', 'hook'],
    ['not_found', 'method'],
    ['session_aal1_required', 'state'],
    ['internal', 'error'],
    ['too_many_requests', undefined],
    ['overloaded', undefined],
    ['unavailable', undefined],
  ];
  test.each(codes)('%s is of the class %s', (code, reason) => {
    expect(reasonOfError(new SallyportError(code, ''))).toBe(reason);
  });

  test('and that nobody expected is an error', () => {
    expect(reasonOfError(new TypeError('x is not a function'))).toBe('error');
  });
});
