import type { Identity, IdentityReads } from '../identity/identity.ts';
import type { FoundSecret } from '../secret/secret.ts';
import { requireActive } from './active-account.ts';

/**
 * Whose code or link this is: it was not used, is not over, and the person still has the address it was sent to
 * (security RV-8). Throws `unauthorized` for somebody who is switched off.
 */
export async function provenPerson(
  identities: Pick<IdentityReads, 'find'>,
  found: FoundSecret | undefined,
  role: 'verifiable' | 'recovery',
  now: number,
): Promise<Identity | undefined> {
  if (found?.identityId === undefined || found.usedAt !== undefined || found.expiresAt <= now) return undefined;
  const identity = await identities.find(found.identityId);
  if (identity === undefined) return undefined;
  const addresses = role === 'recovery' ? identity.recoveryAddresses : identity.verifiableAddresses;
  // An administrator's goes to no address.
  if (found.address !== '' && !addresses.some(({ value }) => value === found.address)) return undefined;
  requireActive(identity);
  return identity;
}
