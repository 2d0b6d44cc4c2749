import type { Client } from '../strategy.ts';
import type { Place } from './budget.ts';

/** Passwords that administrators set. */
export const ADMINISTRATORS: Place = { network: 'administrators', known: true };

/** The place of a person in the line of hashes: their network's, or their account's where the network is not known. */
export function placeOf({ network, known }: Client, account = 'unknown'): Place {
  return { network: network ?? `account ${account}`, known };
}
