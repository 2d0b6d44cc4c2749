import type { Identity, IdentityReads } from '../identity/identity.ts';
import { isUsable, type FoundSecret } from '../secret/secret.ts';

/**
 * The account that a code or link was sent to, if the secret is still usable and the account still has the address. A
 * secret that an administrator hands out was sent to no address. It may be deactivated: the caller says so.
 */
export async function identityOfSecret(
  identities: Pick<IdentityReads, 'find'>,
  found: FoundSecret | undefined,
  hasAddress: (identity: Identity, address: string) => boolean | Promise<boolean>,
  now: number,
): Promise<Identity | undefined> {
  if (!isUsable(found, now) || found.identityId === undefined) return undefined;
  const identity = await identities.find(found.identityId);
  if (identity === undefined) return undefined;
  if (found.address !== '' && !(await hasAddress(identity, found.address))) return undefined;
  return identity;
}
