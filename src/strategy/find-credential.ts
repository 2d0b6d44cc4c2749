import type { Credential, CredentialType, Identity, IdentityReads } from '../identity/identity.ts';

/** The credential of a type that an identity has. */
export const findCredential = async (
  identities: Pick<IdentityReads, 'credentials'>,
  { id }: Pick<Identity, 'id'>,
  type: CredentialType,
): Promise<Credential | undefined> => (await identities.credentials(id)).find((each) => each.type === type);
