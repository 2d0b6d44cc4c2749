import { expect, test } from 'vitest';
import { didYouMean } from './did-you-mean.ts';

const hooks = ['session', 'redirect', 'revoke_active_sessions', 'verify', 'verification', 'require_verified_address'];

test.each([
  ['sesion', 'session'],
  ['Session', 'session'],
  ['verifi', 'verify'],
  ['redirct', 'redirect'],
  ['revoke_sessions', 'revoke_active_sessions'],
  ['revokeSessions', 'revoke_active_sessions'],
  ['revoke-active-sessions', 'revoke_active_sessions'],
  ['verified_address', 'require_verified_address'],
])('for %s it suggests %s', (written, meant) => expect(didYouMean(written, hooks)).toBe(meant));

test.each(['audit', 'sessions_of_everybody', 'address', '', 'x'.repeat(5_000)])(
  'for %s it suggests nothing',
  (written) => expect(didYouMean(written, hooks)).toBeUndefined(),
);

test('a short word may hold one typing error', () => {
  expect(didYouMean('hok', ['hook', 'job', 'id', 'config'])).toBe('hook');
  expect(didYouMean('h', ['hook', 'job'])).toBeUndefined();
});

test('fewer typing errors go first, then the order of the names', () => {
  expect(didYouMean('hosts', ['host', 'posts', 'ports'])).toBe('host');
  expect(didYouMean('port', ['host', 'ports'])).toBe('ports');
});
