import type { LimitKey } from '../limit/limit.ts';
import type { Guarded } from './strategy.ts';

/**
 * What a try of a second factor costs: the same for each kind of them, by the account of the session. A device on which the
 * account has shown a second factor pays for itself (security BF-2).
 */
export function factorTries({ signedIn, device }: Pick<Guarded, 'signedIn' | 'device'>): readonly LimitKey[] {
  if (signedIn === undefined) return [];
  return device === undefined
    ? [{ budget: 'factorFailures', subject: signedIn }]
    : [{ budget: 'deviceFactorFailures', subject: `${signedIn} ${device.name}` }];
}
