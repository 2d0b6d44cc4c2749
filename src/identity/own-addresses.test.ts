import { expect, test } from 'vitest';
import type { RecoveryAddress, VerifiableAddress } from './identity.ts';
import { ownAddresses } from './own-addresses.ts';

const times = { createdAt: 0, updatedAt: 0 };
const verifiable = (value: string, verified: boolean, via: 'email' | 'sms' = 'email'): VerifiableAddress => ({
  id: value,
  value,
  via,
  verified,
  status: verified ? 'completed' : 'pending',
  verifiedAt: verified ? 0 : undefined,
  ...times,
});
const recovery = (value: string, via: 'email' | 'sms' = 'email'): RecoveryAddress => ({
  id: value,
  value,
  via,
  ...times,
});

type Addresses = Parameters<typeof ownAddresses>[0];
const account = (
  verifiableAddresses: Addresses['verifiableAddresses'],
  recoveryAddresses: Addresses['recoveryAddresses'],
): Addresses => ({ verifiableAddresses, recoveryAddresses });

const told = (addresses: Addresses, texts = true): readonly string[] =>
  ownAddresses(addresses, { texts }).map(({ value, proved }) => `${value} ${proved ? 'proved' : 'unproved'}`);

test.each([
  [
    'an address for both uses once',
    account([verifiable('a@x.test', true)], [recovery('a@x.test')]),
    ['a@x.test proved'],
  ],
  [
    'one that nobody proved, where it is all there is',
    account([verifiable('a@x.test', false)], []),
    ['a@x.test unproved'],
  ],
  [
    'no address that could be proved and is not, beside a proved one: it may be a stranger’s',
    account([verifiable('a@x.test', true), verifiable('typo@y.test', false)], []),
    ['a@x.test proved'],
  ],
  [
    'a recovery address that cannot be proved, beside a proved one',
    account([verifiable('a@x.test', true)], [recovery('b@x.test')]),
    ['a@x.test proved', 'b@x.test unproved'],
  ],
  [
    'mail addresses only, though a phone number is proved',
    account([verifiable('a@x.test', false), verifiable('+491701234567', true, 'sms')], []),
    ['a@x.test unproved'],
  ],
  [
    'a phone number where there is no mail address',
    account([verifiable('+491701234567', true, 'sms')], []),
    ['+491701234567 proved'],
  ],
  ['nothing that is no mail address', account([], [recovery('not an address')]), []],
])('the owner is told at %s', (_, identity, addresses) => {
  expect(told(identity)).toEqual(addresses);
});

test('no text message is meant where none can be sent', () => {
  expect(told(account([verifiable('+491701234567', true, 'sms')], []), false)).toEqual([]);
});
