import { expect, test } from 'vitest';
import type { IdentityId } from '../kernel/id.ts';
import { factorTries } from './factor-tries.ts';

const signedIn = 'ada' as IdentityId; // any text does

test('a try of a second factor costs the account of the session, or the device on which it has shown one', () => {
  expect(factorTries({ signedIn, device: undefined })).toEqual([{ budget: 'factorFailures', subject: 'ada' }]);
  expect(factorTries({ signedIn, device: { name: 'device x', shared: false } })).toEqual([
    { budget: 'deviceFactorFailures', subject: 'ada device x' },
  ]);
});

test('where nobody is signed in nothing can be tried', () => {
  expect(factorTries({ signedIn: undefined, device: undefined })).toEqual([]);
});
